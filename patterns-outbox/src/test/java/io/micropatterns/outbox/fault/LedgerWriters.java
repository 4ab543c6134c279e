package io.micropatterns.outbox.fault;

import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxException;
import io.micropatterns.outbox.OutboxMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Threads that commit, roll back and dawdle. Each transaction draws a key's next number under its row lock, notes it in
 * the ledger and publishes it: whatever became of the transaction, the ledger knows.
 */
final class LedgerWriters {

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final Outbox outbox;
    private final String topic;
    private final long seed;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    LedgerWriters(JdbcTemplate jdbc, TransactionTemplate transaction, Outbox outbox, String topic, long seed) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.outbox = outbox;
        this.topic = topic;
        this.seed = seed;
    }

    synchronized void start(int count) {
        stopped = false;
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> writeUntilStopped(random), "ledger-writer-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    synchronized void stop() {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            threads.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeUntilStopped(Random random) {
        while (!stopped) {
            try {
                write(random);
            } catch (DataAccessException | TransactionException | OutboxException e) {
                // Whether it was committed is for the ledger to say.
            }
        }
    }

    /** Stores this many events in transactions of their own, with no roll-backs. */
    void write(int events, Random random) {
        for (int i = 0; i < events; i++) {
            transaction.executeWithoutResult(status -> publishNext(random, ""));
        }
    }

    private void write(Random random) {
        boolean doomed = random.nextInt(5) == 0;
        transaction.executeWithoutResult(status -> {
            jdbc.execute("set local lock_timeout = '250ms'");
            if (random.nextInt(4) == 0) {
                // Transaction ids must not be mistaken for the order of commits.
                jdbc.queryForObject("select pg_current_xact_id()::text", String.class);
                dawdle(random);
            }
            publishNext(random, doomed ? Delivery.DOOMED : "");
            if (random.nextInt(4) == 0) {
                dawdle(random);
            }
            if (doomed) {
                jdbc.queryForObject("select nextval('rolled_back')", Long.class);
                status.setRollbackOnly();
            }
        });
        // Leaves the machine's processors to the relays.
        jdbc.execute("select pg_sleep(0.005)");
    }

    private void publishNext(Random random, String mark) {
        String key = "key-" + random.nextInt(Ledger.KEYS);
        UUID id = UUID.randomUUID();
        Long number = jdbc.queryForObject(
                "update ledger_key set number = number + 1 where key = ? returning number", Long.class, key);
        jdbc.update("insert into ledger (id, key, number) values (?, ?, ?)", id, key, number);
        outbox.publish(
                OutboxMessage.to(topic).id(id).key(key).type("ledger-entry").payload(number + mark));
    }

    private void dawdle(Random random) {
        jdbc.execute("select pg_sleep(" + random.nextInt(40) / 1000.0 + ")");
    }
}
