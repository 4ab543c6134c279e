package io.micropatterns.outbox.kafka;

import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;

/**
 * Two producers that take turns. A commit returns before the broker has written its markers, and makes the same
 * producer's next transaction wait for them; the other one need not wait. Records keep their order, because a turn begins
 * only when the last one's commit has returned. Not thread-safe.
 */
final class TransactionalProducers implements AutoCloseable {

    private final List<Producer<byte[], byte[]>> sides;
    private int turn;

    TransactionalProducers(Function<String, Producer<byte[], byte[]>> factory) {
        Producer<byte[], byte[]> first = factory.apply("-a");
        try {
            this.sides = List.of(first, factory.apply("-b"));
        } catch (RuntimeException e) {
            KafkaSessions.close(first);
            throw e;
        }
    }

    /** When it returns, whatever an earlier session began has been committed or aborted, and it can begin no more. */
    void fenceEarlierSessions() {
        sides.forEach(Producer::initTransactions);
    }

    Producer<byte[], byte[]> next() {
        turn = 1 - turn;
        return sides.get(turn);
    }

    @Override
    public void close() {
        sides.forEach(KafkaSessions::close);
    }
}
