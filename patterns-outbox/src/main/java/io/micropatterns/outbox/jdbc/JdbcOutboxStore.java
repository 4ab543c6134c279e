package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.codec.HeaderCodec;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Stores events as rows of {@code patterns_outbox}, on the connection of the caller's transaction. */
public final class JdbcOutboxStore implements OutboxStore {

    private static final String INSERT =
            "insert into patterns_outbox (shard, id, type, topic, key, payload, headers) values (?, ?, ?, ?, ?, ?, ?)";

    private final JdbcTemplate jdbc;
    private final HeaderCodec headers = new HeaderCodec();

    /** On the data source whose transactions the outbox joins. */
    public JdbcOutboxStore(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    @Override
    public void insert(List<OutboxRecord> records) {
        if (records.size() == 1) {
            jdbc.update(INSERT, statement -> bind(statement, records.get(0)));
        } else {
            jdbc.batchUpdate(INSERT, records, records.size(), this::bind);
        }
    }

    private void bind(PreparedStatement statement, OutboxRecord event) throws SQLException {
        statement.setInt(1, event.shard());
        statement.setObject(2, event.id());
        statement.setString(3, event.type());
        statement.setString(4, event.topic());
        statement.setString(5, event.key());
        statement.setBytes(6, event.payload());
        String encoded = headers.encode(event.headers());
        if (encoded == null) {
            statement.setNull(7, Types.VARCHAR);
        } else {
            statement.setString(7, encoded);
        }
    }
}
