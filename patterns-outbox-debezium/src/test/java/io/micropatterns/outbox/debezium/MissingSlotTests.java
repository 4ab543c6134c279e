package io.micropatterns.outbox.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.test.junit.PostgresTest;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The engine makes a missing slot, unless it is kept from it: the slot may be dropped just after it was looked at. */
@PostgresTest
class MissingSlotTests {

    @Test
    void aSlotThatIsDroppedBeforeTheEngineLooksIsNotMadeAnew(DataSource dataSource, PostgresServer server)
            throws Exception {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("create table patterns_outbox (id int primary key)");
        jdbc.execute("create publication missing_slot for table patterns_outbox");
        ReplicationSlot slot = new ReplicationSlot("missing_slot", "missing_slot", "events", "marks");
        String database = jdbc.queryForObject("select current_database()", String.class);
        ReplicationAddress address = new ReplicationAddress(
                server.jdbcUrl(database), server.username(), server.password().isEmpty() ? null : server.password());

        DebeziumChangeStream stream = new DebeziumChangeStream(slot, new EngineSettings(address, Map.of()).of(slot));
        try (stream) {
            stream.start();
            assertThatExceptionOfType(ChangeStreamException.class)
                    .isThrownBy(() -> stream.next(Duration.ofSeconds(60)))
                    .withMessageContaining("missing_slot");
        }
        assertThat(jdbc.queryForObject(
                        "select count(*) from pg_replication_slots where slot_name = 'missing_slot'", Long.class))
                .isZero();
    }
}
