package io.micropatterns.benchmarks.kit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Pairs the instant of each commit with the instant at which a consumer in the same JVM received the event. */
final class Receipts implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final AtomicLongArray committed;
    private final AtomicLongArray received;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Thread thread;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger duplicates = new AtomicInteger();
    private volatile boolean closed;
    private volatile @Nullable RuntimeException failure;

    Receipts(Environment environment, int events) {
        committed = new AtomicLongArray(events);
        received = new AtomicLongArray(events);
        consumer = Arrivals.consumer(environment);
        consumer.assign(consumer.partitionsFor(environment.topic()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList());
        thread = new Thread(this::consume, "receipts");
        thread.start();
    }

    void committed(long sequence) {
        committed.set((int) sequence, System.nanoTime());
    }

    private void consume() {
        try (consumer) {
            while (!closed) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.nanoTime();
                    if (received.compareAndSet((int) OrderPlaced.sequenceOf(record.key()), 0, now)) {
                        count.incrementAndGet();
                    } else {
                        duplicates.incrementAndGet();
                    }
                }
            }
        } catch (RuntimeException ex) {
            failure = ex;
        }
    }

    /** Blocks until this many events have been received. */
    void await(int events) throws InterruptedException {
        long start = System.nanoTime();
        while (count.get() < events) {
            RuntimeException failed = failure;
            if (failed != null) {
                throw failed;
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new IllegalStateException("Lost events: " + (events - count.get()) + " have not been received");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** The latencies of the events from this sequence number on, in milliseconds. */
    double[] millis(int first) {
        double[] millis = new double[received.length() - first];
        for (int i = 0; i < millis.length; i++) {
            // A record can be received before the committing thread gets the processor back.
            millis[i] = Math.max(0, received.get(first + i) - committed.get(first + i)) / 1e6;
        }
        return millis;
    }

    long duplicates() {
        return duplicates.get();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join();
    }
}
