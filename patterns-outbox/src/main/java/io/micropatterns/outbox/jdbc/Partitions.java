package io.micropatterns.outbox.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** The statements on the outbox's partitions by time. Runs on the connection of the caller's transaction. */
final class Partitions {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'patterns_outbox_p'yyyyMMdd_HHmmss").withZone(ZoneOffset.UTC);
    private static final int BATCH = 5_000;

    private final JdbcTemplate jdbc;

    Partitions(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    boolean isPartitioned() {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "select relkind = 'p' from pg_class where oid = 'patterns_outbox'::regclass", Boolean.class));
    }

    Instant now() {
        OffsetDateTime now = jdbc.queryForObject("select clock_timestamp()", OffsetDateTime.class);
        return Objects.requireNonNull(now).toInstant();
    }

    List<Partition> all() {
        return jdbc.query(
                "select c.oid::regclass::text as name, b[1]::timestamptz as lower, b[2]::timestamptz as upper"
                        + " from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                        + " left join lateral regexp_match(pg_get_expr(c.relpartbound, c.oid),"
                        + " $$FROM \\('(.*)'\\) TO \\('(.*)'\\)$$) b on true"
                        + " where i.inhparent = 'patterns_outbox'::regclass order by upper nulls last",
                (row, index) -> new Partition(
                        row.getString("name"),
                        instant(row.getObject("lower", OffsetDateTime.class)),
                        instant(row.getObject("upper", OffsetDateTime.class))));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /** Waits for locks only briefly: writers queue behind a waiting one. */
    void boundLocks(Duration timeout) {
        jdbc.execute("set local lock_timeout = '" + timeout.toMillis() + "ms'");
    }

    /** Until the transaction ends. An insert that has already chosen the default partition would fail on attaching. */
    void lockOutWriters() {
        jdbc.execute("lock table only patterns_outbox in share row exclusive mode");
    }

    void create(Instant from, Duration length) {
        String name = NAME.format(from);
        Instant to = from.plus(length);
        jdbc.execute("create table " + name + " (like patterns_outbox including defaults)");
        // Attaching, unlike creating as a partition, does not lock out those who write to the other partitions.
        jdbc.execute("alter table patterns_outbox attach partition " + name + " for values from ('" + from + "') to ('"
                + to + "')");
    }

    void lock(Partition partition) {
        jdbc.execute("lock table " + partition.name() + " in access exclusive mode");
    }

    boolean hasUnpublished(Partition partition, List<ShardCursor> shards) {
        return shards.stream()
                .map(ShardCursor::unpublished)
                .anyMatch(condition -> Boolean.TRUE.equals(jdbc.queryForObject(
                        "select exists (select 1 from " + partition.name() + " where " + condition.where() + ")",
                        Boolean.class,
                        condition.arguments().toArray())));
    }

    /** Until the transaction ends: who comes after it finds the partition gone, and another one in its place. */
    void lockOutEverybody() {
        jdbc.execute("lock table only patterns_outbox in access exclusive mode");
    }

    boolean isEmpty(Partition partition) {
        return jdbc.queryForList("select 1 from " + partition.name() + " limit 1")
                .isEmpty();
    }

    void truncate(Partition partition) {
        jdbc.execute("truncate " + partition.name());
    }

    void drop(Partition partition) {
        jdbc.execute("drop table " + partition.name());
    }

    /** Deletes some published rows from before an instant; answers how many. */
    int deletePublished(String table, int shard, String readSnapshot, Instant before) {
        return jdbc.update(
                "delete from " + table + " where ctid = any(array(select ctid from " + table
                        + " where shard = ? and created_at < ? and pg_visible_in_snapshot(xid, ?::pg_snapshot)"
                        + " order by position limit " + BATCH + "))",
                shard,
                before.atOffset(ZoneOffset.UTC),
                readSnapshot);
    }

    static int batch() {
        return BATCH;
    }
}
