package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.cursor.SnapshotCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The condition that selects a shard's rows behind its saved cursor, in a form that the index by transaction id serves,
 * with its arguments.
 */
record UnpublishedSql(String where, List<Object> arguments) {

    static UnpublishedSql of(int shard, SnapshotCursor cursor) {
        String where = "shard = ? and (xid >= ?::xid8 or xid = any(?::xid8[]))";
        List<Object> arguments = new ArrayList<>(List.of(
                shard,
                Long.toString(cursor.read().xmax()),
                Arrays.stream(cursor.read().inProgress())
                        .mapToObj(Long::toString)
                        .collect(Collectors.joining(",", "{", "}"))));
        if (cursor.slice() != null) {
            where += " and not (position <= ? and pg_visible_in_snapshot(xid, ?::pg_snapshot))";
            arguments.add(cursor.position());
            arguments.add(cursor.slice().toString());
        }
        return new UnpublishedSql(where, arguments);
    }

    /** A shard of which nothing has been published yet. */
    static UnpublishedSql all(int shard) {
        return new UnpublishedSql("shard = ?", List.of(shard));
    }
}
