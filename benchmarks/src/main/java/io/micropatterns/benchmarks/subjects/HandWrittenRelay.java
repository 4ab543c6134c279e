package io.micropatterns.benchmarks.subjects;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.Nullable;

/** A thread that brings events to Kafka until it is stopped. Started, stopped and closed by one thread. */
abstract class HandWrittenRelay implements AutoCloseable {

    private final String name;
    private final KafkaProducer<String, byte[]> producer;
    private volatile boolean running;
    private @Nullable Thread thread;

    HandWrittenRelay(String name, KafkaProducer<String, byte[]> producer) {
        this.name = name;
        this.producer = producer;
    }

    KafkaProducer<String, byte[]> producer() {
        return producer;
    }

    boolean isRunning() {
        return running;
    }

    void start() {
        running = true;
        thread = new Thread(this::run, name);
        thread.start();
    }

    void stop() {
        running = false;
        if (thread != null) {
            try {
                thread.join();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            relay();
        } catch (Exception ex) {
            // The thread's handler prints it; the scenario then misses events.
            throw new IllegalStateException("The hand-written relay has failed", ex);
        }
    }

    /** Works as long as it {@linkplain #isRunning() runs}. */
    abstract void relay() throws Exception;

    @Override
    public void close() {
        stop();
        producer.close();
    }
}
