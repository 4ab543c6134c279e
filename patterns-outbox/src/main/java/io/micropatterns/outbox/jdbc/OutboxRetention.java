package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedRuntimeException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Lets published events leave: whole partitions by time are dropped, which gives the space back at once; what lies in
 * the default partition, or in a table that is not partitioned, is deleted in batches. Creates partitions ahead. Never
 * removes an unpublished event. Any number of instances may call it; one does the work at a time. Thread-safe.
 */
public final class OutboxRetention {

    private static final Logger log = LoggerFactory.getLogger(OutboxRetention.class);
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);
    /** A partition that begins sooner could be attached while a row for it is on its way to the default partition. */
    private static final Duration CLOSE = Duration.ofMinutes(1);

    private static final int AHEAD = 2;
    private static final int MOST_BATCHES = 1_000;
    private static final String ONE_AT_A_TIME =
            "select pg_try_advisory_xact_lock(hashtext('patterns_outbox_retention'))";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final DataSource dataSource;
    private final NetworkTimeout timeout;
    private final JdbcTemplate jdbc;
    private final Partitions partitions;
    /** Outside transactions. */
    private final JdbcTemplate looking;

    private final TransactionOperations transaction;
    private final Duration keep;
    private final Duration partitionLength;
    /** Said once: it takes a person to change that. */
    private volatile boolean denied;

    /**
     * On the outbox's data source, with the {@linkplain NetworkTimeout#DEFAULT default} timeout.
     *
     * @param transaction opens transactions on that data source, at READ COMMITTED
     * @param keep how long published events are kept, for replay
     * @param partitionLength the time a partition covers; zero to create none
     */
    public OutboxRetention(
            DataSource dataSource, TransactionOperations transaction, Duration keep, Duration partitionLength) {
        this(dataSource, transaction, keep, partitionLength, NetworkTimeout.DEFAULT);
    }

    /**
     * On the outbox's data source.
     *
     * @param transaction opens transactions on that data source
     * @param keep how long published events are kept, for replay
     * @param partitionLength the time a partition covers; zero to create none
     * @param timeout how long an answer of the database is waited for
     */
    public OutboxRetention(
            DataSource dataSource,
            TransactionOperations transaction,
            Duration keep,
            Duration partitionLength,
            NetworkTimeout timeout) {
        this.dataSource = dataSource;
        this.timeout = timeout;
        this.looking = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
        this.jdbc = new JdbcTemplate(dataSource);
        this.partitions = new Partitions(jdbc);
        this.transaction = transaction;
        this.keep = keep;
        this.partitionLength = partitionLength;
    }

    /** Does what is due. Blocks, for as long as deleting takes. A failure is logged and left to the next call. */
    public void run() {
        try {
            Partitions seen = new Partitions(looking);
            Instant now = seen.now();
            boolean partitioned = seen.isPartitioned();
            if (partitioned && partitionLength.toSeconds() > 0) {
                createAhead(now, seen.all());
            }
            List<ShardCursor> cursors = ShardCursor.all(looking);
            if (!partitioned) {
                delete("patterns_outbox", cursors, now.minus(keep));
                return;
            }
            for (Partition partition : seen.all()) {
                if (partition.isDefault()) {
                    delete(partition.name(), cursors, now.minus(keep));
                } else if (partition.endsBefore(now.minus(keep))) {
                    remove(partition);
                }
            }
        } catch (RuntimeException e) {
            // Of whatever kind: a scheduler runs nothing again that has thrown.
            log.warn("Retention of the outbox failed; trying again later: {}", e.toString());
        }
    }

    private void createAhead(Instant now, List<Partition> existing) {
        long length = partitionLength.toSeconds();
        Instant first = Instant.ofEpochSecond(now.getEpochSecond() / length * length);
        for (int i = 0; i <= AHEAD; i++) {
            Instant from = first.plusSeconds(i * length);
            if (existing.stream().noneMatch(partition -> partition.covers(from))) {
                attempt("create the partition from " + from, () -> {
                    if (from.isBefore(now.plus(CLOSE))) {
                        partitions.lockOutWriters();
                    }
                    partitions.create(from, partitionLength);
                });
            }
        }
    }

    /** Emptied first, which needs no lock on the whole table, so that the space comes back whoever holds one. */
    private void remove(Partition partition) {
        boolean emptied = attempt("empty partition " + partition.name(), () -> {
            partitions.lock(partition);
            if (partitions.hasUnpublished(partition, ShardCursor.all(jdbc, partition.name()))) {
                throw new StillNeededException();
            }
            partitions.truncate(partition);
        });
        if (emptied) {
            attempt("drop partition " + partition.name(), () -> {
                partitions.lockOutEverybody();
                // A row on its way to the partition since before it was emptied has arrived.
                if (!partitions.isEmpty(partition)) {
                    throw new StillNeededException();
                }
                partitions.drop(partition);
            });
        }
    }

    private boolean attempt(String what, Runnable work) {
        try {
            return Boolean.TRUE.equals(transaction.execute(status -> {
                timeout.applyToTransaction(dataSource);
                if (!Boolean.TRUE.equals(jdbc.queryForObject(ONE_AT_A_TIME, Boolean.class))) {
                    return false;
                }
                partitions.boundLocks(LOCK_TIMEOUT);
                work.run();
                return true;
            }));
        } catch (StillNeededException e) {
            return false;
        } catch (DataAccessException | TransactionException e) {
            if (isDenied(e) && !denied) {
                denied = true;
                log.warn(
                        "The outbox's user may not {}, so events stay in the default partition, and are deleted there row by"
                                + " row: make it the owner of patterns_outbox, or set"
                                + " patterns.outbox.retention.partition-interval=0 ({})",
                        what,
                        e.getMessage());
            } else {
                // Somebody holds the lock, or rows of that time are in the default partition.
                log.debug("Could not {}; trying again later: {}", what, e.getMessage());
            }
            return false;
        }
    }

    private static boolean isDenied(NestedRuntimeException e) {
        return e.getRootCause() instanceof SQLException cause && INSUFFICIENT_PRIVILEGE.equals(cause.getSQLState());
    }

    private void delete(String table, List<ShardCursor> cursors, Instant before) {
        for (ShardCursor shard : cursors) {
            SnapshotCursor cursor = shard.cursor();
            int batches = cursor == null ? MOST_BATCHES : 0;
            while (cursor != null && batches < MOST_BATCHES) {
                boolean more =
                        deleteBatch(table, shard.shard(), cursor.read().toString(), before) == Partitions.batch();
                batches = more ? batches + 1 : MOST_BATCHES;
            }
        }
    }

    private int deleteBatch(String table, int shard, String read, Instant before) {
        Integer deleted = transaction.execute(status -> {
            timeout.applyToTransaction(dataSource);
            return partitions.deletePublished(table, shard, read, before);
        });
        return deleted == null ? 0 : deleted;
    }

    /** Rolls an attempt back without noise. */
    private static final class StillNeededException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }
}
