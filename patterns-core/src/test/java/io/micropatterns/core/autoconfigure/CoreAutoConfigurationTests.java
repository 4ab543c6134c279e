package io.micropatterns.core.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import io.micropatterns.core.CoreDatabase;
import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterQuery;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.deadletter.NewDeadLetter;
import io.micropatterns.core.inbox.Idempotent;
import io.micropatterns.core.inbox.IdempotentAdvisor;
import io.micropatterns.core.inbox.Inbox;
import io.micropatterns.core.payload.Payload;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import io.micropatterns.core.payload.Upcaster;
import io.micropatterns.core.schema.MissingTableException;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.core.trace.MicrometerTracePropagation;
import io.micropatterns.core.trace.TracePropagation;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class CoreAutoConfigurationTests {

    private DataSource dataSource;
    private ApplicationContextRunner withoutDatabase;
    private ApplicationContextRunner runner;

    @BeforeEach
    void freshDatabase() {
        dataSource = CoreDatabase.empty();
        withoutDatabase = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        AopAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        CoreAutoConfiguration.class,
                        DeadLettersAutoConfiguration.class,
                        InboxAutoConfiguration.class));
        runner = withoutDatabase.withBean("dataSource", DataSource.class, () -> dataSource);
    }

    @Test
    void byDefaultEverythingIsThereAndTheTablesAreCreated() {
        runner.withBean(SimpleMeterRegistry.class)
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .run(context -> {
                    assertThat(context)
                            .hasNotFailed()
                            .hasSingleBean(PayloadTypes.class)
                            .hasSingleBean(PayloadSerializer.class)
                            .hasSingleBean(TracePropagation.class)
                            .hasSingleBean(DeadLetters.class)
                            .hasSingleBean(DeadLetterMeters.class)
                            .hasSingleBean(DeadLettersHealthIndicator.class)
                            .hasSingleBean(Inbox.class)
                            .hasSingleBean(IdempotentAdvisor.class)
                            .hasBean("inboxPurge")
                            .hasBean("deadLetterCounting");
                    assertThat(PatternSchema.core().missingTables(dataSource)).isEmpty();
                    assertThat(context.getBean(TracePropagation.class)).isSameAs(TracePropagation.none());
                });
    }

    @Test
    void withoutADataSourceOnlyWhatNeedsNoneIsThere() {
        withoutDatabase.run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(PayloadSerializer.class)
                .hasSingleBean(TracePropagation.class)
                .doesNotHaveBean(PatternSchemaInitializer.class)
                .doesNotHaveBean(DeadLetters.class)
                .doesNotHaveBean(Inbox.class));
    }

    @Test
    void eachPartCanBeSwitchedOff() {
        runner.withPropertyValues("patterns.core.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(PayloadSerializer.class)
                        .doesNotHaveBean(DeadLetters.class)
                        .doesNotHaveBean(Inbox.class));
        assertThat(PatternSchema.core().missingTables(dataSource)).isNotEmpty();
        runner.withPropertyValues("patterns.inbox.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(Inbox.class)
                        .doesNotHaveBean(IdempotentAdvisor.class)
                        .hasSingleBean(DeadLetters.class));
        runner.withPropertyValues("patterns.dead-letters.enabled=false")
                .run(context -> assertThat(context)
                        .hasSingleBean(Inbox.class)
                        .doesNotHaveBean(DeadLetters.class)
                        .doesNotHaveBean(DeadLettersHealthIndicator.class));
        runner.withPropertyValues("management.health.dead-letters.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(DeadLettersHealthIndicator.class));
        runner.run(context -> assertThat(context).doesNotHaveBean(DeadLettersEndpoint.class));
    }

    @Test
    void theUsersBeansWin() {
        JdbcTransactionManager transactionManager = new JdbcTransactionManager(dataSource);
        PayloadTypes types = PayloadTypes.unregistered();
        Inbox inbox = Inbox.builder(dataSource, transactionManager).build();
        DeadLetters deadLetters = DeadLetters.jdbc(dataSource, transactionManager);
        TracePropagation tracing = new NoopMicrometer().propagation();
        runner.withBean("myTypes", PayloadTypes.class, () -> types)
                .withBean("myInbox", Inbox.class, () -> inbox)
                .withBean("myDeadLetters", DeadLetters.class, () -> deadLetters)
                .withBean("myTracing", TracePropagation.class, () -> tracing)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(PayloadTypes.class)).isSameAs(types);
                    assertThat(context.getBean(Inbox.class)).isSameAs(inbox);
                    assertThat(context.getBean(DeadLetters.class)).isSameAs(deadLetters);
                    assertThat(context.getBean(TracePropagation.class)).isSameAs(tracing);
                });
    }

    @Test
    void worksWithoutTheOptionalClasses() {
        runner.withClassLoader(
                        new FilteredClassLoader(Endpoint.class, HealthIndicator.class, Tracer.class, Propagator.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(DeadLetters.class)
                        .hasSingleBean(TracePropagation.class)
                        .doesNotHaveBean("deadLettersHealthIndicator"));
    }

    @Test
    void propagatesByMicrometerTracingWhereItIsConfigured() {
        withoutDatabase
                .withBean(Tracer.class, () -> Tracer.NOOP)
                .withBean(Propagator.class, () -> Propagator.NOOP)
                .run(context -> assertThat(context)
                        .hasSingleBean(TracePropagation.class)
                        .hasSingleBean(MicrometerTracePropagation.class));
    }

    @Test
    void payloadTypesAndUpcastersAreCollected() {
        withoutDatabase
                .withBean(PayloadTypesCustomizer.class, () -> types -> types.register("point.v2", Point.class))
                .withBean(Upcaster.class, () -> Upcaster.of("point", "point.v2", tree -> tree.put("y", 2)))
                .run(context -> assertThat(context.getBean(PayloadSerializer.class)
                                .deserialize(Payload.json("point", "{\"x\":1}")))
                        .isEqualTo(new Point(1, 2)));
    }

    @ParameterizedTest
    @CsvSource({
        "patterns.inbox.max-wait, 2h",
        "patterns.inbox.retention, 1s",
        "patterns.inbox.purge-interval, 0s",
        "patterns.dead-letters.warn-threshold, 0",
        "patterns.dead-letters.meters-interval, 2d"
    })
    void aPropertyOutOfRangeIsNamedWithItsRange(String key, String value) {
        runner.withPropertyValues(key + "=" + value)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .hasStackTraceContaining("property " + key + " is ")
                        .hasStackTraceContaining("must be between"));
    }

    @ParameterizedTest
    @CsvSource({"never", "embedded"})
    void aMissingTableThatMayNotBeCreatedIsReportedWithScriptAndProperty(String mode) {
        runner.withPropertyValues("patterns.core.schema.initialize=" + mode).run(context -> {
            assertThat(context).hasFailed();
            Throwable failure = context.getStartupFailure();
            assertThat(failure).hasRootCauseInstanceOf(MissingTableException.class);
            FailureAnalysis analysis = new MissingTableFailureAnalyzer().analyze(failure);
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription()).contains("patterns_dead_letter", "patterns_inbox");
            assertThat(analysis.getAction())
                    .contains("patterns.core.schema.initialize=always")
                    .contains("classpath:io/micropatterns/core/schema-postgresql.sql");
        });
        PatternSchema.core().createIfMissing(dataSource);
        runner.withPropertyValues("patterns.core.schema.initialize=" + mode)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aDatabaseThatIsNotSupportedIsReportedWithTheWayToStartWithoutThePatterns() {
        ApplicationContextRunner h2 = withoutDatabase.withBean(
                "dataSource", DataSource.class, () -> new DriverManagerDataSource("jdbc:h2:mem:"));
        h2.run(context -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains("needs PostgreSQL 14 or newer, but the data source is H2 ");
            assertThat(analysis.getAction()).contains("patterns.core.enabled=false", "patterns.outbox.enabled=false");
        });
        h2.withPropertyValues("patterns.core.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aDatabaseThatRefusesTheLoginIsReportedWithWhatItSays() {
        PostgresServer server = PostgresServer.shared();
        DataSource stranger = new DriverManagerDataSource(server.jdbcUrl(server.createDatabase()), "stranger", "wrong");
        withoutDatabase.withBean("dataSource", DataSource.class, () -> stranger).run(context -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains("cannot be connected to: ", "\"stranger\"");
            assertThat(analysis.getAction()).contains("spring.datasource.username");
        });
    }

    private static FailureAnalysis analysis(@Nullable Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, ignored) -> {}))
                .stream()
                .map(analyzer -> analyzer.analyze(Objects.requireNonNull(failure)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void idempotentMethodsRunOnceInsideTheirOwnTransaction() {
        runner.withUserConfiguration(HandlerConfiguration.class).run(context -> {
            Handler handler = context.getBean(Handler.class);
            assertThat(handler.handle("k")).isEqualTo("tx:handle:1");
            assertThat(handler.handle("k")).isEqualTo("tx:handle:1");
            assertThat(handler.handle("l")).isEqualTo("tx:handle:2");
        });
    }

    @Test
    void keysAreForgottenAfterTheirRetention() {
        PatternSchema.core().createIfMissing(dataSource);
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.update("insert into patterns_inbox (consumer, key, created_at) values"
                + " ('a', 'old', now() - interval '8 days'), ('a', 'young', now())");
        runner.withPropertyValues("patterns.inbox.purge-interval=1s")
                .run(context -> Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .untilAsserted(
                                () -> assertThat(jdbc.queryForList("select key from patterns_inbox", String.class))
                                        .containsExactly("young")));
    }

    @Test
    void ofSeveralTransactionManagersTheDataSourcesOneIsTaken() {
        runner.withBean(
                        "other",
                        PlatformTransactionManager.class,
                        () -> new JdbcTransactionManager(CoreDatabase.empty()))
                .withBean("ours", PlatformTransactionManager.class, () -> new JdbcTransactionManager(dataSource))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Inbox.class)
                                    .once(
                                            "a",
                                            "k",
                                            () -> assertThat(TransactionSynchronizationManager.hasResource(dataSource))
                                                    .isTrue()))
                            .isTrue();
                });
    }

    @Test
    void healthAndMetersTellWhatAwaitsAnOperator() {
        runner.withBean(SimpleMeterRegistry.class)
                .withPropertyValues(
                        "patterns.dead-letters.warn-threshold=2", "patterns.dead-letters.meters-interval=1s")
                .run(context -> {
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    DeadLettersHealthIndicator indicator = context.getBean(DeadLettersHealthIndicator.class);
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    deadLetters.park(letter("e1", 1));
                    Health health = indicator.health();
                    assertThat(health.getStatus().getCode()).isEqualTo("UP");
                    assertThat(health.getDetails()).containsEntry("dead", 1L).containsEntry("waiting", 0L);

                    deadLetters.park(letter("e2", 2));
                    assertThat(indicator.health().getStatus().getCode()).isEqualTo("WARN");
                    Awaitility.await()
                            .atMost(Duration.ofMinutes(1))
                            .ignoreExceptions()
                            .untilAsserted(() -> assertThat(dead(registry)).isEqualTo(2));

                    DeadLetter first = deadLetters.list(DeadLetterQuery.all()).get(0);
                    deadLetters.discard(first.id(), "test");
                    assertThat(indicator.health().getStatus().getCode()).isEqualTo("UP");
                    Awaitility.await()
                            .atMost(Duration.ofMinutes(1))
                            .ignoreExceptions()
                            .untilAsserted(() -> assertThat(dead(registry)).isEqualTo(1));
                    assertThat(registry.get("patterns.deadletters.parked")
                                    .tag("source", "outbox")
                                    .counter()
                                    .count())
                            .isEqualTo(2);
                    assertThat(registry.get("patterns.deadletters.discarded")
                                    .counter()
                                    .count())
                            .isEqualTo(1);
                });
    }

    @Test
    void theEndpointListsAndActs() {
        runner.withPropertyValues("management.endpoints.jmx.exposure.include=*", "spring.jmx.enabled=true")
                .run(context -> {
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    DeadLettersEndpoint endpoint = context.getBean(DeadLettersEndpoint.class);
                    deadLetters.park(letter("e1", 1).withHeaders(Map.of("a", "b")));
                    deadLetters.park(letter("e2", 2));

                    DeadLettersEndpoint.Page page =
                            endpoint.list("outbox", null, DeadLetterStatus.DEAD, null, null, null, null, 1);
                    assertThat(page.total()).isEqualTo(2);
                    assertThat(page.letters()).singleElement().satisfies(letter -> {
                        assertThat(letter.reference()).isEqualTo("e2");
                        assertThat(letter.payload()).isNull();
                    });
                    DeadLetterView last = page.letters().get(0);
                    DeadLetterView next = endpoint.list(null, null, null, null, null, null, last.id(), null)
                            .letters()
                            .get(0);
                    assertThat(next.reference()).isEqualTo("e1");
                    assertThat(endpoint.letter(next.id()))
                            .satisfies(letter -> assertThat(letter.payload()).isEqualTo("{}"))
                            .satisfies(letter -> assertThat(letter.headers()).containsEntry("a", "b"));

                    assertThat(endpoint.act(next.id(), "replay", null, "/w==", null)
                                    .letters())
                            .isEqualTo(1);
                    assertThat(endpoint.letter(next.id()))
                            .satisfies(
                                    letter -> assertThat(letter.payloadBase64()).isEqualTo("/w=="))
                            .satisfies(letter -> assertThat(letter.headers()).containsEntry("a", "b"))
                            .satisfies(letter -> assertThat(letter.status()).isEqualTo(DeadLetterStatus.RETRYING));
                    assertThat(endpoint.act(last.id(), "retry", null, null, null)
                                    .letters())
                            .isEqualTo(1);
                    assertThat(endpoint.retryAll("outbox", null, null, null, null, null)
                                    .letters())
                            .isEqualTo(2);
                    assertThat(endpoint.discard(last.id(), "test").letters()).isEqualTo(1);
                    assertThat(endpoint.discard(last.id(), "test").letters()).isZero();
                    assertThat(endpoint.letter(last.id())).isNull();

                    assertThat(catchThrowable(() -> endpoint.retryAll(null, null, null, null, null, null)))
                            .hasMessageContaining("criterion");
                    assertThat(catchThrowable(() -> endpoint.act(next.id(), "explode", null, null, null)))
                            .hasMessageContaining("explode");
                    assertThat(catchThrowable(() -> endpoint.list(null, null, null, null, null, null, null, 0)))
                            .hasMessageContaining("limit");
                });
    }

    private static double dead(MeterRegistry registry) {
        return registry.get("patterns.deadletters.count")
                .tag("source", "outbox")
                .tag("status", "dead")
                .gauge()
                .value();
    }

    private static NewDeadLetter letter(String reference, long sequence) {
        return NewDeadLetter.of("outbox", "0", reference, sequence, null, "orders", "t", new byte[] {'{', '}'})
                .dead(1, new IllegalStateException("broken"));
    }

    record Point(int x, int y) {}

    private record NoopMicrometer() {

        TracePropagation propagation() {
            return new MicrometerTracePropagation(Tracer.NOOP, Propagator.NOOP);
        }
    }

    static class Handler {

        private final AtomicInteger runs = new AtomicInteger();

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @Idempotent(key = "#key", consumer = "handler")
        public String handle(String key) {
            String name = String.valueOf(TransactionSynchronizationManager.getCurrentTransactionName());
            return "tx:" + name.substring(name.lastIndexOf('.') + 1) + ":" + runs.incrementAndGet();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HandlerConfiguration {

        @Bean
        Handler handler() {
            return new Handler();
        }
    }
}
