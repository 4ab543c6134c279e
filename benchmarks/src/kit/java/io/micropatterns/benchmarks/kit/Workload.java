package io.micropatterns.benchmarks.kit;

import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The business transaction: one row in {@code orders} and one event. Safe for use by many threads. */
final class Workload implements AutoCloseable {

    private final Subject subject;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final AtomicLong sequence = new AtomicLong();
    private final ExecutorService writers;
    private final int threads;

    Workload(Subject subject, int threads) {
        this.subject = subject;
        this.threads = threads;
        this.jdbc = new JdbcTemplate(subject.dataSource());
        this.transaction = new TransactionTemplate(subject.transactionManager());
        this.writers = Executors.newFixedThreadPool(threads);
        jdbc.execute("create table orders (id uuid primary key, customer text not null, amount bigint not null,"
                + " created timestamptz not null)");
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    /** The sequence number the next event will have. */
    long next() {
        return sequence.get();
    }

    /** Commits one business row and one event. */
    void commit() {
        commit(sequence.getAndIncrement(), null);
    }

    /** Commits one business row and one event; {@code committed} is told as soon as the database has committed. */
    private void commit(long number, @Nullable LongConsumer committed) {
        transaction.executeWithoutResult(status -> {
            if (committed != null) {
                TransactionSynchronizationManager.registerSynchronization(new FirstAfterCommit(committed, number));
            }
            OrderPlaced order = OrderPlaced.of(number);
            jdbc.update(
                    "insert into orders (id, customer, amount, created) values (?, ?, ?, ?)",
                    order.orderId(),
                    order.customerId(),
                    order.amount(),
                    new Timestamp(System.currentTimeMillis()));
            publish(order);
        });
    }

    private void publish(OrderPlaced order) {
        try {
            subject.publish(order);
        } catch (RuntimeException ex) {
            throw ex;
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Commits at full speed from all threads for a while, and returns how many transactions that were. */
    long commitFor(Duration length) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        return everywhere(() -> {
            long count = 0;
            while (System.nanoTime() < end) {
                commit();
                count++;
            }
            return count;
        });
    }

    /** Commits this many transactions at full speed from all threads. */
    void commitEvents(int events) throws Exception {
        AtomicLong left = new AtomicLong(events);
        everywhere(() -> {
            while (left.getAndDecrement() > 0) {
                commit();
            }
            return 0L;
        });
    }

    /** Commits at an even rate, and tells the sequence number of each transaction at the moment of its commit. */
    void commitPaced(int perSecond, int seconds, LongConsumer committed) throws Exception {
        long interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long start = System.nanoTime();
        List<Future<?>> commits = new ArrayList<>();
        for (int i = 0; i < perSecond * seconds; i++) {
            long due = start + i * interval;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            long number = sequence.getAndIncrement();
            commits.add(writers.submit(() -> commit(number, committed)));
        }
        for (Future<?> commit : commits) {
            commit.get();
        }
    }

    /** Stores events without business rows, so many to a transaction. */
    void preload(int events, int perTransaction) throws Exception {
        AtomicLong left = new AtomicLong(events);
        everywhere(() -> {
            for (long have = left.getAndAdd(-perTransaction); have > 0; have = left.getAndAdd(-perTransaction)) {
                long size = Math.min(have, perTransaction);
                transaction.executeWithoutResult(status -> {
                    for (long i = 0; i < size; i++) {
                        publish(OrderPlaced.of(sequence.getAndIncrement()));
                    }
                });
            }
            return 0L;
        });
    }

    /** Brings the tables' statistics and the disk to rest, so that a run pays for nothing that came before it. */
    void settle() {
        jdbc.execute("vacuum (analyze)");
        jdbc.execute("checkpoint");
    }

    /** The database's size in bytes, without the business table. */
    long outboxSize() {
        Long size = jdbc.queryForObject(
                "select pg_database_size(current_database()) - pg_total_relation_size('orders')", Long.class);
        return size == null ? 0 : size;
    }

    private long everywhere(Callable<Long> work) throws Exception {
        List<Future<Long>> results = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            results.add(writers.submit(work));
        }
        long sum = 0;
        for (Future<Long> result : results) {
            sum += result.get();
        }
        return sum;
    }

    @Override
    public void close() {
        writers.shutdownNow();
    }

    /** Runs before every other synchronisation, so that what a library does after the commit counts as its latency. */
    private record FirstAfterCommit(LongConsumer committed, long number) implements TransactionSynchronization {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public void afterCommit() {
            committed.accept(number);
        }
    }
}
