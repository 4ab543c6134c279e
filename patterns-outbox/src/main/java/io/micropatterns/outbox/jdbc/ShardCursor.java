package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.cursor.SnapshotCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** How far a shard has been published for sure: its saved cursor, {@code null} when nothing has been. */
record ShardCursor(int shard, @Nullable SnapshotCursor cursor) {

    static List<ShardCursor> all(JdbcTemplate jdbc) {
        return jdbc.query("select shard, cursor from patterns_outbox_shard order by shard", (row, index) -> {
            String cursor = row.getString("cursor");
            return new ShardCursor(row.getInt("shard"), cursor == null ? null : SnapshotCursor.parse(cursor));
        });
    }

    UnpublishedSql unpublished() {
        return cursor == null ? UnpublishedSql.all(shard) : UnpublishedSql.of(shard, cursor);
    }
}
