package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.cursor.SnapshotCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How far a shard has been published for sure: its saved cursor, {@code null} when nothing has been, or when the cursor is
 * that of another cluster or time, which says nothing about today's rows.
 */
record ShardCursor(int shard, @Nullable SnapshotCursor cursor) {

    /** From one stray row to the next by the index, between the registered shards, whose rows are not looked at. */
    private static final String STRAYS =
            "with recursive gap (low, high) as (select lag(shard, 1, -32769) over (order by shard), shard::int"
                    + " from (select shard::int from patterns_outbox_shard) s union all"
                    + " select coalesce(max(shard)::int, -32769), 32768 from patterns_outbox_shard),"
                    + " stray (shard, high) as (select (select min(o.shard) from %1$s o"
                    + " where o.shard > gap.low and o.shard < gap.high), gap.high from gap where gap.high - gap.low > 1"
                    + " union all select (select min(o.shard) from %1$s o"
                    + " where o.shard > stray.shard and o.shard < stray.high), stray.high"
                    + " from stray where stray.shard is not null)";

    /** Of each shard that is registered, or that an event is in: of an unregistered one nothing has been published. */
    static List<ShardCursor> all(JdbcTemplate jdbc) {
        return all(jdbc, "patterns_outbox");
    }

    /** As {@link #all(JdbcTemplate)}, with the unregistered shards of one partition only. */
    static List<ShardCursor> all(JdbcTemplate jdbc, String partition) {
        return jdbc.query(
                STRAYS.formatted(partition)
                        + " select shard, cursor, (select system_identifier::text from pg_control_system()) as cluster,"
                        + " pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xmax"
                        + " from patterns_outbox_shard"
                        + " full join (select shard from stray where shard is not null) s using (shard)"
                        + " order by shard",
                (row, index) -> {
                    String text = row.getString("cursor");
                    SnapshotCursor saved = text == null ? null : SnapshotCursor.parse(text);
                    boolean fits = saved != null
                            && saved.cluster().equals(row.getString("cluster"))
                            && saved.read().xmax() <= row.getLong("xmax");
                    return new ShardCursor(row.getInt("shard"), fits ? saved : null);
                });
    }

    UnpublishedSql unpublished() {
        return cursor == null ? UnpublishedSql.all(shard) : UnpublishedSql.of(shard, cursor);
    }
}
