package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.SnapshotFollower;
import io.micropatterns.core.cursor.SnapshotPage;
import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.FencedException;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/** Follows {@code patterns_outbox}, and keeps its progress in {@code patterns_outbox_shard}. Thread-safe. */
public final class JdbcOutboxLog implements OutboxLog {

    private static final Logger log = LoggerFactory.getLogger(JdbcOutboxLog.class);

    /** For what reads a few rows at most, on threads that have something else to do. */
    private static final Duration BRIEF = Duration.ofSeconds(10);

    private final DataSource dataSource;
    private final NetworkTimeout timeout;
    private final JdbcTemplate jdbc;
    private final JdbcTemplate briefJdbc;
    private final JdbcTemplate transactionalJdbc;
    private final TransactionOperations transaction;

    /**
     * On the outbox's data source, with the {@linkplain NetworkTimeout#DEFAULT default} timeout.
     *
     * @param transaction opens transactions on that data source
     */
    public JdbcOutboxLog(DataSource dataSource, TransactionOperations transaction) {
        this(dataSource, transaction, NetworkTimeout.DEFAULT);
    }

    /**
     * On the outbox's data source.
     *
     * @param transaction opens transactions on that data source, at READ COMMITTED
     * @param timeout how long an answer of the database is waited for
     */
    public JdbcOutboxLog(DataSource dataSource, TransactionOperations transaction, NetworkTimeout timeout) {
        this.dataSource = dataSource;
        this.timeout = timeout;
        this.transaction = transaction;
        this.transactionalJdbc = new JdbcTemplate(dataSource);
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
        this.briefJdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout.orLess(BRIEF)));
    }

    /**
     * Makes sure that these shards are relayed from now on.
     *
     * @param count how many shards events are spread over; shards of an earlier, larger count stay
     */
    public void registerShards(int count) {
        jdbc.update(
                "insert into patterns_outbox_shard (shard) select s from generate_series(0, ? - 1) s"
                        + " on conflict do nothing",
                count);
    }

    /**
     * Warns when commits are not durable by default ({@code synchronous_commit=off}): a crash of the database then takes
     * commits back whose events were published already, and gives their transaction ids to others, whose events the relay
     * takes for published.
     */
    public void warnOfAsynchronousCommits() {
        if ("off".equals(jdbc.queryForObject("show synchronous_commit", String.class))) {
            log.warn(
                    "synchronous_commit is off on the outbox's connections: a crash of the database can lose events, also"
                            + " some that are committed after it. Switch it on for all transactions that publish.");
        }
    }

    /**
     * Warns when there is still a slot of a time when this outbox was streamed: the database keeps its log for it, for ever,
     * and events may be in there that polling does not see.
     */
    public void warnOfForgottenSlot() {
        jdbc.query(
                "select s.slot_name, o.messages from patterns_outbox_slot o join pg_replication_slots s on s.slot_name = o.name",
                row -> {
                    String slot = row.getString("slot_name");
                    log.warn(
                            "The outbox is polled (patterns.outbox.relay=polling), and the database keeps its log for the"
                                    + " replication slot '{}' all the same, until the disk is full. {}drop it: select"
                                    + " pg_drop_replication_slot('{}')",
                            slot,
                            row.getBoolean("messages")
                                    ? "Events stored by patterns.outbox.storage=wal may be in it: let a relay stream what is"
                                            + " left, and then "
                                    : "If no instance streams it any more, ",
                            slot);
                });
    }

    /**
     * Which outbox this is, among all that publish to the same stream: a name and a unique part. The name is that of the
     * first instance that ever asked, so that all instances agree, whatever their own names.
     *
     * @param name the name to take when there is none yet; what a Kafka topic may not contain becomes a hyphen
     */
    public String identity(String name) {
        return jdbc
                .query(
                        "update patterns_outbox_identity set name = coalesce(name, ?)"
                                + " returning name || '-' || left(identity::text, 8)",
                        (row, index) -> row.getString(1),
                        name.isBlank() ? "outbox" : name.replaceAll("[^A-Za-z0-9._-]", "-"))
                .stream()
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "patterns_outbox_identity is empty; run the insert of io/micropatterns/outbox/schema-postgresql.sql"));
    }

    @Override
    public Set<Integer> shards() {
        return new HashSet<>(
                briefJdbc.queryForList("select shard from patterns_outbox_shard order by shard", Integer.class));
    }

    @Override
    public boolean isPaused() {
        return briefJdbc
                .queryForList("select paused from patterns_outbox_identity", Boolean.class)
                .contains(true);
    }

    @Override
    public void setPaused(boolean paused) {
        jdbc.update("update patterns_outbox_identity set paused = ?", paused);
    }

    @Override
    public Shard shard(int number) {
        SnapshotFollower<OutboxRecord> follower = SnapshotFollower.builder(
                        dataSource, "patterns_outbox", new OutboxRowMapper())
                .columns(OutboxRowMapper.COLUMNS)
                .filter("shard = ?", number)
                .size("octet_length(payload)")
                .networkTimeout(timeout)
                .build();
        return new JdbcShard(number, follower);
    }

    private final class JdbcShard implements Shard {

        private final int number;
        private final SnapshotFollower<OutboxRecord> follower;

        JdbcShard(int number, SnapshotFollower<OutboxRecord> follower) {
            this.number = number;
            this.follower = follower;
        }

        @Override
        public SnapshotCursor beginning() {
            return follower.beginning();
        }

        @Override
        public void verify(SnapshotCursor cursor) {
            follower.verify(cursor);
        }

        @Override
        public SnapshotCursor rebase(SnapshotCursor from, @Nullable SnapshotCursor stream, long token) {
            return follower.rebase(
                    from,
                    rebased -> requireCurrent(transactionalJdbc.update(
                            "update patterns_outbox_shard set cursor = ?, rebased_from = ?, streamed = null, token = ?,"
                                    + " saved_at = clock_timestamp() where shard = ? and token <= ?",
                            rebased.toString(),
                            stream == null ? null : stream.toString(),
                            token,
                            number,
                            token)));
        }

        @Override
        public Optional<SnapshotCursor> rebasedFrom() {
            return cursor("rebased_from");
        }

        @Override
        public SnapshotPage<OutboxRecord> read(SnapshotCursor after, int limit, long maxBytes) {
            return follower.read(after, limit, maxBytes);
        }

        @Override
        public List<OutboxRecord> ofTransactions(Collection<Long> transactionIds, Collection<Long> without) {
            return jdbc.query(
                    "select " + OutboxRowMapper.COLUMNS + " from patterns_outbox where shard = ?"
                            + " and xid = any (?::text[]::xid8[]) and not position = any (?) order by position",
                    new OutboxRowMapper(),
                    number,
                    transactionIds.stream().map(String::valueOf).toArray(String[]::new),
                    without.toArray(Long[]::new));
        }

        @Override
        public Optional<SnapshotCursor> progress() {
            return cursor("cursor");
        }

        private Optional<SnapshotCursor> cursor(String column) {
            return text(column).map(SnapshotCursor::parse);
        }

        private Optional<String> text(String column) {
            return jdbc
                    .query(
                            "select " + column + " from patterns_outbox_shard where shard = ? and " + column
                                    + " is not null",
                            (row, index) -> row.getString(1),
                            number)
                    .stream()
                    .findFirst();
        }

        @Override
        public void claim(long token) {
            requireCurrent(jdbc.update(
                    "update patterns_outbox_shard set token = ? where shard = ? and token <= ?", token, number, token));
        }

        @Override
        public void saveProgress(SnapshotCursor progress, long token) {
            // Not worth the wait for the disk: what a crash of the database takes back is published again, or, exactly
            // once, known from the stream.
            save(progress, null, "off", token);
        }

        @Override
        public void saveProgress(SnapshotCursor progress, String streamed, long token) {
            save(progress, streamed, "on", token);
        }

        private void save(SnapshotCursor progress, @Nullable String streamed, String synchronousCommit, long token) {
            requireCurrent(jdbc.update(
                    "update patterns_outbox_shard set cursor = ?, streamed = coalesce(?, streamed), token = ?,"
                            + " saved_at = clock_timestamp() where shard = ? and token <= ?"
                            + " and set_config('synchronous_commit', ?, true) is not null",
                    progress.toString(),
                    streamed,
                    token,
                    number,
                    token,
                    synchronousCommit));
        }

        @Override
        public Optional<String> streamed() {
            return text("streamed");
        }

        @Override
        public void fenced(long token, Runnable work) {
            transaction.executeWithoutResult(status -> {
                timeout.applyToTransaction(dataSource);
                // The share lock makes a claim wait until the work has been committed.
                requireCurrent(transactionalJdbc
                        .queryForList(
                                "select shard from patterns_outbox_shard where shard = ? and token <= ? for share",
                                Integer.class,
                                number,
                                token)
                        .size());
                work.run();
            });
        }

        private void requireCurrent(int rows) {
            if (rows == 0) {
                throw new FencedException(number, null);
            }
        }
    }
}
