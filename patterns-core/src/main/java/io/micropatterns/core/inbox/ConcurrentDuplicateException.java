package io.micropatterns.core.inbox;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A duplicate came while the first holder of its key was still at work, and did not wait for it, or not long enough.
 * Nothing was done; the transaction is rolled back. Try again later.
 */
public final class ConcurrentDuplicateException extends InboxException {

    private static final long serialVersionUID = 1L;

    private final List<String> keys;

    /** For these keys, of which at least one is held. */
    public ConcurrentDuplicateException(
            String consumer, Collection<String> keys, Duration wait, @Nullable Throwable cause) {
        super(
                consumer,
                "Consumer '" + consumer + "' is still at work on "
                        + (keys.size() == 1
                                ? "key '" + keys.iterator().next() + "'"
                                : "one of " + keys.size() + " keys")
                        + " elsewhere; waited " + wait.toMillis() + " ms",
                cause);
        this.keys = List.copyOf(keys);
    }

    /** The keys that were asked for, of which at least one is held. */
    public List<String> keys() {
        return keys;
    }
}
