package io.micropatterns.outbox;

import java.util.List;
import java.util.Optional;

/** Brings stored events to a stream; the SPI that a messaging adapter implements. Thread-safe. */
public interface OutboxPublisher extends AutoCloseable {

    /**
     * Takes a shard over. When it returns, no session opened earlier for this shard, here or in another process, can
     * publish any more, if the publisher is {@linkplain #exactlyOnce() exactly-once}.
     *
     * @param shard the shard
     * @throws PublicationException when the stream cannot be reached; opening may be tried again
     */
    Session open(int shard);

    /** Whether events and the relay's progress are published in one transaction that fences earlier sessions. */
    boolean exactlyOnce();

    @Override
    void close();

    /** Publishes for one shard, from one thread. */
    interface Session extends AutoCloseable {

        /** The progress published last, when the stream keeps it. */
        Optional<String> progress();

        /**
         * Publishes records in their order and waits until the stream has them durably. With exactly-once the records
         * and the progress become visible together or not at all.
         *
         * @throws RecordsRejectedException when some records can never be published as they are; with exactly-once
         *     none has been, otherwise the exception tells whether the others have; the session stays usable
         * @throws FencedException when another session has taken the shard over
         * @throws PublicationException on any other failure; whether the records were published is then unknown until a
         *     new session has been opened
         */
        void publish(List<OutboxRecord> records, String progress);

        /** Ends the session within a few seconds, publishing nothing more. */
        @Override
        void close();
    }
}
