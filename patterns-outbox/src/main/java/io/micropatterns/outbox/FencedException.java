package io.micropatterns.outbox;

import org.jspecify.annotations.Nullable;

/** Another relay has taken the shard over: this one must stop. Not an error by itself, since nothing is lost by it. */
public final class FencedException extends PublicationException {

    private static final long serialVersionUID = 1L;

    private final int shard;

    /** For this shard. */
    public FencedException(int shard, @Nullable Throwable cause) {
        super("another relay has taken over shard " + shard, cause);
        this.shard = shard;
    }

    /** The shard that was taken over. */
    public int shard() {
        return shard;
    }
}
