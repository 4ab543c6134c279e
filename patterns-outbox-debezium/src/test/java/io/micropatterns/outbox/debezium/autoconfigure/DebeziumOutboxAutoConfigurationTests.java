package io.micropatterns.outbox.debezium.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.debezium.DebeziumChangeSource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** When the outbox's changes are read with Debezium. No database is needed, and none is there. */
class DebeziumOutboxAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DebeziumOutboxAutoConfiguration.class))
            .withBean(
                    ReplicationAddress.class,
                    () -> new ReplicationAddress("jdbc:postgresql://127.0.0.1:1/none", "nobody", "secret"));

    @ParameterizedTest
    @ValueSource(strings = {"polling", "wal", "none"})
    void anotherRelayHasNoUseForIt(String relay) {
        runner.withPropertyValues("patterns.outbox.relay=" + relay)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChangeSource.class));
    }

    @Test
    void byDefaultThereIsNone() {
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChangeSource.class));
    }

    @Test
    void itsRelayGetsIt() {
        debezium()
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .getBean(ChangeSource.class)
                        .isInstanceOf(DebeziumChangeSource.class));
    }

    @Test
    void withoutAnOutboxThereIsNone() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(DebeziumOutboxAutoConfiguration.class))
                .withPropertyValues("patterns.outbox.relay=debezium")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChangeSource.class));
    }

    @Test
    void aUsersChangeSourceComesFirst() {
        ChangeSource mine = Mockito.mock();
        debezium()
                .withBean("mine", ChangeSource.class, () -> mine)
                .run(context -> assertThat(context).getBean(ChangeSource.class).isSameAs(mine));
    }

    @Test
    void propertiesOfDebeziumsPassThrough() {
        debezium()
                .withPropertyValues(
                        "patterns.outbox.debezium.properties.max.batch.size=100",
                        "patterns.outbox.debezium.properties.driver.ApplicationName=mine")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .getBean(DebeziumOutboxProperties.class)
                        .extracting(DebeziumOutboxProperties::properties)
                        .asInstanceOf(InstanceOfAssertFactories.map(String.class, String.class))
                        .containsEntry("max.batch.size", "100")
                        .containsEntry("driver.ApplicationName", "mine"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "slot.name",
                "publication.name",
                "offset.storage",
                "snapshot.mode",
                "lsn.flush.mode",
                "flush.lsn.source",
                "event.converting.failure.handling.mode",
                "errors.max.retries",
                "transforms",
                "table.include.list",
                "database.hostname",
                "internal.create.slot.command.timeout"
            })
    void whatTheGuaranteesDependOnIsRefused(String property) {
        String key = "patterns.outbox.debezium.properties." + property;
        debezium()
                .withPropertyValues(key + "=x")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining(key));
    }

    private ApplicationContextRunner debezium() {
        return runner.withPropertyValues("patterns.outbox.relay=debezium");
    }
}
