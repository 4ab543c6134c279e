package io.micropatterns.core.deadletter;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Dead letters to and from the table's columns. */
final class DeadLetterRows {

    static final String SELECT = """
            select id, version, source, channel, reference, sequence, key, destination, type, payload, headers, attempts, status,
                first_failed_at, last_failed_at, next_attempt_at, cause_type, cause_message, stack_trace
            from patterns_dead_letter""";

    // The column's format is the table's own: the application's mapper must not change it.
    private static final JsonMapper HEADERS = JsonMapper.shared();

    private DeadLetterRows() {}

    static DeadLetter map(ResultSet row, int number) throws SQLException {
        return new DeadLetter(
                row.getObject("id", UUID.class),
                row.getInt("version"),
                row.getString("source"),
                row.getString("channel"),
                row.getString("reference"),
                row.getLong("sequence"),
                row.getString("key"),
                row.getString("destination"),
                row.getString("type"),
                row.getBytes("payload"),
                read(row.getString("headers")),
                row.getInt("attempts"),
                DeadLetterStatus.valueOf(row.getString("status")),
                row.getObject("first_failed_at", OffsetDateTime.class).toInstant(),
                row.getObject("last_failed_at", OffsetDateTime.class).toInstant(),
                instant(row.getObject("next_attempt_at", OffsetDateTime.class)),
                row.getString("cause_type"),
                row.getString("cause_message"),
                row.getString("stack_trace"));
    }

    static void set(PreparedStatement statement, NewDeadLetter letter) throws SQLException {
        Cause cause = Cause.of(letter.cause());
        statement.setObject(1, UUID.randomUUID());
        statement.setString(2, letter.source());
        statement.setString(3, letter.channel());
        statement.setString(4, letter.reference());
        statement.setLong(5, letter.sequence());
        statement.setString(6, letter.key());
        statement.setString(7, letter.destination());
        statement.setString(8, letter.type());
        statement.setBytes(9, letter.payload());
        statement.setString(10, write(letter.headers()));
        statement.setInt(11, letter.attempts());
        statement.setString(12, letter.status().name());
        statement.setObject(13, JdbcDeadLetters.micros(letter.nextAttempt()), Types.BIGINT);
        statement.setString(14, cause.type());
        statement.setString(15, cause.message());
        statement.setString(16, cause.stackTrace());
    }

    static String write(Map<String, String> headers) {
        return HEADERS.writeValueAsString(headers);
    }

    private static Map<String, String> read(String json) {
        Map<String, String> headers = new LinkedHashMap<>();
        HEADERS.readTree(json).forEachEntry((name, value) -> headers.put(name, value.asString()));
        return headers;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
