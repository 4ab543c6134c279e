package io.micropatterns.outbox.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import java.util.List;
import java.util.Optional;

/** Observes each page that another publisher publishes. Does not close that publisher. Thread-safe. */
public final class ObservedOutboxPublisher implements OutboxPublisher {

    private final OutboxPublisher publisher;
    private final ObservationRegistry registry;
    private final OutboxPublishConvention convention;

    /** Observes this publisher in this registry. */
    public ObservedOutboxPublisher(
            OutboxPublisher publisher, ObservationRegistry registry, OutboxPublishConvention convention) {
        this.publisher = publisher;
        this.registry = registry;
        this.convention = convention;
    }

    @Override
    public Session open(int shard) {
        return new ObservedSession(shard, publisher.open(shard));
    }

    @Override
    public boolean exactlyOnce() {
        return publisher.exactlyOnce();
    }

    @Override
    public void close() {
        // Whoever made the publisher closes it.
    }

    private final class ObservedSession implements Session {

        private final int shard;
        private final Session session;

        ObservedSession(int shard, Session session) {
            this.shard = shard;
            this.session = session;
        }

        @Override
        public Optional<String> progress() {
            return session.progress();
        }

        @Override
        public void publish(List<OutboxRecord> records, String progress) {
            Observation.createNotStarted(convention, () -> new OutboxPublishContext(shard, records.size()), registry)
                    .observe(() -> session.publish(records, progress));
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
