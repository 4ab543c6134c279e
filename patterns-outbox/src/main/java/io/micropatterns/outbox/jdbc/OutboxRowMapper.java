package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.codec.HeaderCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.springframework.jdbc.core.RowMapper;

/** Reads a row of {@code patterns_outbox} by the columns of {@link #COLUMNS}. */
final class OutboxRowMapper implements RowMapper<OutboxRecord> {

    static final String COLUMNS = "position, shard, id, type, topic, key, payload, headers, created_at";

    private final HeaderCodec headers = new HeaderCodec();

    @Override
    public OutboxRecord mapRow(ResultSet row, int index) throws SQLException {
        return new OutboxRecord(
                row.getLong("position"),
                row.getInt("shard"),
                row.getObject("id", UUID.class),
                row.getString("type"),
                row.getString("topic"),
                row.getString("key"),
                row.getBytes("payload"),
                headers.decode(row.getString("headers")),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
