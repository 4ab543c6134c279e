package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.RecordsRejectedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rejects records whose headers could not be read, before any other sees them; no stream could tell. */
record ReadableRecords(OutboxPublisher.Session stream) implements OutboxPublisher.Session {

    @Override
    public Optional<String> progress() {
        return stream.progress();
    }

    @Override
    public void publish(List<OutboxRecord> records, String progress) {
        Map<Long, Throwable> causes = new HashMap<>();
        for (OutboxRecord event : records) {
            String unreadable = event.headers().get(OutboxHeaders.UNREADABLE);
            if (unreadable != null && !unreadable.isEmpty()) {
                causes.put(
                        event.position(),
                        new IllegalArgumentException(
                                "The headers of " + event + " are not a JSON object of strings: " + unreadable));
            }
        }
        if (!causes.isEmpty()) {
            throw new RecordsRejectedException(causes, false);
        }
        stream.publish(records, progress);
    }

    @Override
    public void close() {
        stream.close();
    }
}
