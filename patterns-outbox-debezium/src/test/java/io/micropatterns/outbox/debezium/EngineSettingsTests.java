package io.micropatterns.outbox.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** How an address becomes Debezium's properties. */
class EngineSettingsTests {

    private static final ReplicationSlot SLOT = new ReplicationSlot("slot", "publication", "events", "marks");

    @Test
    void theAddressesParametersReachTheDriver() {
        Properties properties = of(new ReplicationAddress(
                "jdbc:postgresql://one:1111,two:2222/db?targetServerType=primary&sslmode=require", "me", "secret"));

        assertThat(properties)
                .containsEntry("database.hostname", "one:1111,two")
                .containsEntry("database.port", "2222")
                .containsEntry("database.dbname", "db")
                .containsEntry("database.user", "me")
                .containsEntry("database.password", "secret")
                .containsEntry("driver.targetServerType", "primary")
                .containsEntry("driver.sslmode", "require");
    }

    @Test
    void whatTheAddressLeavesOutIsTheUrlsOrTheDriversDefault() {
        Properties properties = of(new ReplicationAddress("jdbc:postgresql:db?user=me&password=secret", null, null));

        assertThat(properties)
                .containsEntry("database.hostname", "localhost")
                .containsEntry("database.port", "5432")
                .containsEntry("database.dbname", "db")
                .containsEntry("database.user", "me")
                .containsEntry("database.password", "secret")
                .doesNotContainKeys("driver.user", "driver.password");
    }

    @Test
    void furtherPropertiesWin() {
        ReplicationAddress address = new ReplicationAddress("jdbc:postgresql://host/db", "me", null);
        Properties properties = new EngineSettings(address, Map.of("max.batch.size", "7")).of(SLOT);

        assertThat(properties).containsEntry("max.batch.size", "7");
    }

    @Test
    void everyStreamsBeansHaveANameOfTheirOwn() {
        ReplicationAddress address = new ReplicationAddress("jdbc:postgresql://host/db", "me", null);

        assertThat(of(address).getProperty("topic.prefix"))
                .startsWith("slot.")
                .isNotEqualTo(of(address).getProperty("topic.prefix"));
    }

    @Test
    void whatIsNoUrlOfTheDriversIsRefused() {
        ReplicationAddress address = new ReplicationAddress("jdbc:mysql://host/db", "me", null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(address))
                .withMessageContaining("jdbc:mysql://host/db");
    }

    @Test
    void whatTheGuaranteesDependOnIsRefused() {
        ReplicationAddress address = new ReplicationAddress("jdbc:postgresql://host/db", "me", null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DebeziumChangeSource(address, Map.of("slot.name", "other")))
                .withMessageContaining("slot.name");
        new EngineSettings(address, Map.of())
                .of(SLOT).stringPropertyNames().stream()
                        .filter(name -> name.startsWith("slot.") || name.startsWith("offset."))
                        .forEach(name -> assertThat(DebeziumChangeSource.isReserved(name))
                                .as(name)
                                .isTrue());
    }

    private static Properties of(ReplicationAddress address) {
        return new EngineSettings(address, Map.of()).of(SLOT);
    }
}
