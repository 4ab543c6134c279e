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

    /** From one shard to the next by the index, which looks at no more rows than there are shards. */
    private static final String PRESENT =
            "with recursive present (shard) as (select min(shard) from patterns_outbox union all"
                    + " select (select min(o.shard) from patterns_outbox o where o.shard > present.shard)"
                    + " from present where present.shard is not null)";

    /** Of each shard that is registered, or that an event is in: of an unregistered one nothing has been published. */
    static List<ShardCursor> all(JdbcTemplate jdbc) {
        return jdbc.query(
                PRESENT + " select shard, cursor, (select system_identifier::text from pg_control_system()) as cluster,"
                        + " pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xmax"
                        + " from patterns_outbox_shard"
                        + " full join (select shard from present where shard is not null) p using (shard)"
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
