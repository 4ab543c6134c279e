package io.micropatterns.outbox.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micropatterns.core.autoconfigure.CoreAutoConfiguration;
import io.micropatterns.core.autoconfigure.DeadLettersAutoConfiguration;
import io.micropatterns.core.schema.MissingTableException;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxMonitor;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxReplay;
import io.micropatterns.outbox.RouteResolver;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.jdbc.OutboxRetention;
import io.micropatterns.outbox.kafka.KafkaOutboxPublisher;
import io.micropatterns.outbox.relay.LeasedRelay;
import io.micropatterns.outbox.spring.OutboxEventListener;
import io.micropatterns.outbox.spring.SpringEventPublisher;
import io.micropatterns.test.junit.PostgresTest;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.Mockito;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;

/** What is there by default, what backs off for whom, and how a start fails. No broker is needed, and none is there. */
@PostgresTest
class OutboxAutoConfigurationTests {

    private JdbcTemplate jdbc;
    private ApplicationContextRunner withoutDatabase;
    private ApplicationContextRunner runner;

    @BeforeEach
    void emptyDatabase(DataSource dataSource) {
        jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("drop schema public cascade");
        jdbc.execute("create schema public");
        withoutDatabase = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        KafkaAutoConfiguration.class,
                        CoreAutoConfiguration.class,
                        DeadLettersAutoConfiguration.class,
                        OutboxAutoConfiguration.class,
                        OutboxDataSourceAutoConfiguration.class,
                        OutboxPublisherAutoConfiguration.class,
                        OutboxRelayAutoConfiguration.class,
                        OutboxActuatorAutoConfiguration.class))
                .withPropertyValues("spring.kafka.bootstrap-servers=127.0.0.1:1");
        runner = withoutDatabase.withBean("dataSource", DataSource.class, () -> dataSource);
    }

    @Test
    void byDefaultEventsAreStoredAndRelayedToKafka() {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context)
                    .hasSingleBean(Outbox.class)
                    .hasSingleBean(RouteResolver.class)
                    .hasSingleBean(OutboxMonitor.class)
                    .hasSingleBean(OutboxReplay.class)
                    .hasSingleBean(OutboxEventListener.class)
                    .hasSingleBean(OutboxRetention.class)
                    .hasSingleBean(OutboxHealthIndicator.class);
            assertThat(context.getBean(OutboxPublisher.class)).isInstanceOf(KafkaOutboxPublisher.class);
            assertThat(context.getBean(OutboxPublisher.class).exactlyOnce()).isTrue();
            assertThat(context.getBean(OutboxRelay.class)).isInstanceOf(LeasedRelay.class);
            assertThat(context.getBean(OutboxRelay.class).isRunning()).isTrue();
            assertThat(jdbc.queryForObject("select count(*) from patterns_outbox_shard", Long.class))
                    .isOne();
        });
    }

    @Test
    void switchedOffThereIsNothingAndNoTable() {
        runner.withPropertyValues("patterns.outbox.enabled=false").run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(Outbox.class)
                    .doesNotHaveBean(OutboxPublisher.class)
                    .doesNotHaveBean(OutboxRelay.class)
                    .doesNotHaveBean(OutboxMonitor.class)
                    .doesNotHaveBean(OutboxEndpoint.class)
                    .doesNotHaveBean(OutboxHealthIndicator.class);
            assertThat(jdbc.queryForObject("select to_regclass('patterns_outbox')::text", String.class))
                    .isNull();
        });
    }

    @Test
    void withoutADataSourceTheStartFailsRatherThanThatEventsAreLost() {
        withoutDatabase
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThat(analysis(context.getStartupFailure()))
                        .satisfies(analysis ->
                                assertThat(analysis.getDescription()).contains("has no DataSource"))
                        .satisfies(analysis -> assertThat(analysis.getAction())
                                .contains(
                                        "spring-boot-starter-data-jpa",
                                        "spring-boot-starter-jdbc",
                                        "spring.datasource.url",
                                        "patterns.outbox.enabled=false")));
        withoutDatabase
                .withPropertyValues("patterns.outbox.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Outbox.class));
    }

    @Test
    void ofSeveralDataSourcesOneMustBePrimary(DataSource dataSource) {
        ApplicationContextRunner second = runner.withBean("second", DataSource.class, () -> dataSource);
        second.run(context -> assertThat(analysis(context.getStartupFailure()))
                .satisfies(analysis ->
                        assertThat(analysis.getDescription()).contains("which DataSource", "dataSource, second"))
                .satisfies(analysis ->
                        assertThat(analysis.getAction()).contains("@Primary", "patterns.outbox.enabled=false")));
        runner.withBean("second", DataSource.class, () -> dataSource, definition -> definition.setPrimary(true))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Outbox.class));
    }

    @Test
    void anOutboxOfTheUsersNeedsNoDataSource() {
        Outbox outbox = Mockito.mock();
        withoutDatabase
                .withBean(Outbox.class, () -> outbox)
                .run(context ->
                        assertThat(context).hasNotFailed().getBean(Outbox.class).isSameAs(outbox));
    }

    @Test
    void aUsersBeansComeFirst() {
        Outbox outbox = Mockito.mock();
        OutboxPublisher publisher = Mockito.mock();
        OutboxRelay relay = Mockito.mock();
        runner.withBean("mine", Outbox.class, () -> outbox)
                .withBean("myPublisher", OutboxPublisher.class, () -> publisher)
                .withBean("myRelay", OutboxRelay.class, () -> relay)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Outbox.class)).isSameAs(outbox);
                    assertThat(context.getBean(OutboxPublisher.class)).isSameAs(publisher);
                    assertThat(context.getBean(OutboxRelay.class)).isSameAs(relay);
                    Mockito.verify(relay).start();
                });
        Mockito.verify(publisher, Mockito.atLeastOnce()).close();
    }

    @Test
    void anInstanceThatOnlyStoresHasNoRelayAndNoHealthOfOne() {
        runner.withPropertyValues("patterns.outbox.relay=none")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Outbox.class)
                        .hasSingleBean(OutboxMonitor.class)
                        .doesNotHaveBean(OutboxRelay.class)
                        .doesNotHaveBean(OutboxHealthIndicator.class));
    }

    @Test
    void eventsCanGoToListenersInsteadOfKafka() {
        runner.withPropertyValues("patterns.outbox.publisher=spring")
                .run(context ->
                        assertThat(context.getBean(OutboxPublisher.class)).isInstanceOf(SpringEventPublisher.class));
    }

    @Test
    void withoutKafkasClientTheStartFailsUnlessTheInstanceOnlyStores() {
        ApplicationContextRunner without = runner.withClassLoader(new FilteredClassLoader(KafkaProducer.class));
        without.run(context -> assertThat(analysis(context.getStartupFailure()))
                .satisfies(analysis -> assertThat(analysis.getDescription()).contains("nowhere to publish"))
                .satisfies(analysis -> assertThat(analysis.getAction())
                        .contains(
                                "spring-boot-starter-kafka",
                                "patterns.outbox.publisher=spring",
                                "patterns.outbox.relay=none")));
        without.withPropertyValues("patterns.outbox.relay=none")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Outbox.class)
                        .doesNotHaveBean(OutboxPublisher.class));
    }

    @Test
    void withoutDeadLettersTheStartFails() {
        runner.withPropertyValues("patterns.dead-letters.enabled=false")
                .run(context -> assertThat(analysis(context.getStartupFailure()).getAction())
                        .contains("patterns.dead-letters.enabled", "patterns.outbox.relay=none"));
    }

    @Test
    void ofSeveralProducerFactoriesOneMustBePrimary() {
        DefaultKafkaProducerFactory<String, String> factory =
                new DefaultKafkaProducerFactory<>(Map.of("bootstrap.servers", "127.0.0.1:1"));
        ApplicationContextRunner two = runner.withBean("one", ProducerFactory.class, () -> factory)
                // Boot's own would fail for the same reason.
                .withBean(KafkaTemplate.class, () -> new KafkaTemplate<>(factory));
        two.withBean("two", ProducerFactory.class, () -> factory)
                .run(context -> assertThat(analysis(context.getStartupFailure()))
                        .satisfies(analysis ->
                                assertThat(analysis.getDescription()).contains("which ProducerFactory"))
                        .satisfies(analysis -> assertThat(analysis.getAction()).contains("@Primary")));
        two.withBean("two", ProducerFactory.class, () -> factory, definition -> definition.setPrimary(true))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(OutboxPublisher.class));
    }

    @Test
    void withoutActuatorThereIsNeitherHealthNorEndpoint() {
        runner.withClassLoader(new FilteredClassLoader(HealthIndicator.class, Endpoint.class))
                .withPropertyValues("patterns.outbox.publisher=spring")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(OutboxRelay.class)
                        .doesNotHaveBean("outboxHealthIndicator")
                        .doesNotHaveBean("outboxEndpoint"));
    }

    @Test
    void publishingOutsideATransactionCanBeAllowedAndThenStoresAtOnce() {
        runner.withPropertyValues("patterns.outbox.require-transaction=false", "patterns.outbox.relay=none")
                .run(context -> {
                    context.getBean(Outbox.class)
                            .publish(io.micropatterns.outbox.OutboxMessage.to("anywhere")
                                    .payload("x"));
                    assertThat(jdbc.queryForObject("select topic from patterns_outbox", String.class))
                            .isEqualTo("anywhere");
                });
    }

    @Test
    void anotherSchemaThanTheDefaultIsUsedWhenTheConnectionsSearchPathLeadsThere() {
        jdbc.execute("create schema other");
        DataSource other = new org.springframework.jdbc.datasource.DelegatingDataSource(jdbc.getDataSource()) {
            @Override
            public java.sql.Connection getConnection() throws java.sql.SQLException {
                java.sql.Connection connection = super.getConnection();
                connection.setSchema("other");
                return connection;
            }
        };
        withoutDatabase
                .withBean("dataSource", DataSource.class, () -> other)
                .withPropertyValues("patterns.outbox.relay=none")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(OutboxRetention.class).run();
                    assertThat(jdbc.queryForObject("select to_regclass('other.patterns_outbox')::text", String.class))
                            .isEqualTo("other.patterns_outbox");
                    assertThat(context.getBean(OutboxMonitor.class).pending()).isZero();
                });
    }

    @Test
    void missingTablesFailTheStartAndTheReportNamesScriptAndProperty() {
        runner.withPropertyValues("patterns.outbox.schema.initialize=never").run(context -> {
            Throwable failure = context.getStartupFailure();
            assertThat(failure).hasRootCauseInstanceOf(MissingTableException.class);
            FailureAnalysis analysis = analysis(failure);
            assertThat(analysis.getDescription())
                    .contains("patterns_outbox", "patterns_outbox_shard", "patterns_outbox_identity", "'outbox'");
            assertThat(analysis.getAction())
                    .contains(
                            "patterns.outbox.schema.initialize=always",
                            "io/micropatterns/outbox/schema-postgresql.sql");
        });
    }

    private static FailureAnalysis analysis(Throwable failure) {
        assertThat(failure).isNotNull();
        // Boot's own analyzers want a bean factory, so that some cannot be made here.
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, cause) -> {}))
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(found -> found != null)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tablesThatTheUserCreatedAreTaken() {
        io.micropatterns.core.schema.PatternSchema.of("outbox", "patterns_outbox")
                .createIfMissing(jdbc.getDataSource());
        io.micropatterns.core.schema.PatternSchema.core().createIfMissing(jdbc.getDataSource());
        runner.withPropertyValues(
                        "patterns.outbox.relay=none",
                        "patterns.outbox.schema.initialize=never",
                        "patterns.core.schema.initialize=never")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(JdbcOutboxLog.class));
    }

    @ParameterizedTest
    @CsvSource({
        "shards, 0, 1 and 1024",
        "shards, 1025, 1 and 1024",
        "max-payload-size, 0B, 1B and",
        "max-payload-size, 2GB, 1B and",
        "polling.page-size, 0, 1 and 100000",
        "polling.page-size, 100001, 1 and 100000",
        "polling.page-bytes, 0B, 1B and",
        "polling.interval, 0s, 1ms and 1m",
        "polling.interval, 2m, 1ms and 1m",
        "polling.lease-time-to-live, 99ms, 100ms and 10m",
        "polling.lease-time-to-live, 11m, 100ms and 10m",
        "polling.progress-interval, 0ms, 1ms and 1m",
        "dead-letters.attempts, 0, 1 and 1000",
        "dead-letters.attempts, 1001, 1 and 1000",
        "dead-letters.first-delay, -1s, 0s and",
        "dead-letters.max-delay, -1s, 0s and",
        "retention.keep, -1s, 0s and",
        "retention.partition-interval, -1s, 1m and",
        "retention.partition-interval, 59s, 1m and",
        "retention.check-interval, 9ms, 10ms and 1d",
        "retention.check-interval, 2d, 10ms and 1d",
        "limits.warn-pending, -1, 0 and",
        "limits.max-pending, -1, 0 and",
        "limits.check-interval, 0s, 10ms and 1d"
    })
    void aValueOutOfRangeFailsTheStartAndTheMessageNamesKeyAndRange(String key, String value, String range) {
        runner.withPropertyValues("patterns.outbox." + key + "=" + value).run(context -> {
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains("patterns.outbox." + key + " is ", range);
            assertThat(analysis.getAction()).contains("patterns.outbox." + key);
        });
    }

    @Test
    void aFirstDelayLongerThanTheLongestFailsTheStart() {
        runner.withPropertyValues("patterns.outbox.dead-letters.first-delay=2m")
                .run(context -> assertThat(analysis(context.getStartupFailure()).getDescription())
                        .contains("first-delay is longer than", "dead-letters.max-delay"));
    }

    @ParameterizedTest
    @CsvSource({"'order-placed.key', id", "'order-placed.topics', ''", "'order-placed.headers.a', b"})
    void aConfiguredRouteWithoutATopicFailsTheStart(String key, String value) {
        runner.withPropertyValues("patterns.outbox.routing." + key + "=" + value)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("patterns.outbox.routing.order-placed.topics")
                        .hasStackTraceContaining("at least one topic"));
    }

    @Test
    void aConfiguredExpressionThatCannotBeParsedFailsTheStart() {
        runner.withPropertyValues("patterns.outbox.routing[order.placed].topics=#{oops")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("'order.placed' cannot be parsed")
                        .hasStackTraceContaining("oops"));
    }

    @ParameterizedTest
    @CsvSource({
        "relay, pigeon",
        "publisher, pigeon",
        "shards, many",
        "polling.interval, soon",
        "schema.initialize, maybe"
    })
    void aValueThatCannotBeReadFailsTheStartAndTheMessageNamesTheKey(String key, String value) {
        runner.withPropertyValues("patterns.outbox." + key + "=" + value).run(context -> {
            Throwable failure = catchThrowable(() -> context.getBean(Outbox.class));
            assertThat(failure).isNotNull();
            assertThat(context.getStartupFailure()).hasStackTraceContaining("patterns.outbox." + key);
        });
    }
}
