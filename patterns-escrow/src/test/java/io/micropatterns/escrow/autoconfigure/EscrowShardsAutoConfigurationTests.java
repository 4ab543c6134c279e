package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationEvents;
import io.micropatterns.escrow.ReservationState;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class EscrowShardsAutoConfigurationTests {

    private final ApplicationContextRunner runner = EscrowApplication.withoutDatabase(
                    EscrowShardsAutoConfiguration.class,
                    EndpointAutoConfiguration.class,
                    EscrowActuatorAutoConfiguration.class)
            .withBean("east", DataSource.class, EscrowApplication::newDatabase)
            .withBean(
                    "west",
                    DataSource.class,
                    EscrowApplication::newDatabase,
                    // As one declares all data sources but one.
                    bean -> ((AbstractBeanDefinition) bean).setDefaultCandidate(false))
            .withPropertyValues("patterns.escrow.shards.0=east", "patterns.escrow.shards.1=west");

    @Test
    void dividesResourcesAmongTheDatabases() {
        runner.run(context -> {
            Escrow escrow = context.getBean(Escrow.class);
            EscrowResources resources = context.getBean(EscrowResources.class);
            List<Reservation> held = IntStream.range(0, 20)
                    .mapToObj(i -> {
                        resources.create("sku-" + i, 5);
                        return escrow.reserve("sku-" + i, 2);
                    })
                    .toList();

            held.forEach(each -> escrow.confirm(each.id()));

            assertThat(List.of("east", "west"))
                    .allSatisfy(name -> assertThat(new JdbcTemplate(context.getBean(name, DataSource.class))
                                    .queryForObject("select count(*) from patterns_escrow_stock", Long.class))
                            .isBetween(1L, 19L));
            assertThat(resources.verify()).isEmpty();
            assertThat(context.getBean(EscrowMonitor.class).figures(Set.of("sku-3")))
                    .satisfies(figures -> {
                        assertThat(figures.resources()).isEqualTo(20);
                        assertThat(figures.all()).isEqualTo(new EscrowMonitor.Stock(60, 0, 40));
                        assertThat(figures.each()).containsOnlyKeys("sku-3");
                    });
            assertThat(context).doesNotHaveBean(EscrowStore.class);
        });
    }

    @Test
    void whatIsLateComesBackInAllOfThem() {
        runner.withPropertyValues(
                        "patterns.escrow.time-to-live=1s",
                        "patterns.escrow.lock-timeout=500ms",
                        "patterns.escrow.expiry.interval=50ms")
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    Escrow escrow = context.getBean(Escrow.class);
                    EscrowResources resources = context.getBean(EscrowResources.class);
                    List<Reservation> held = IntStream.range(0, 8)
                            .mapToObj(i -> {
                                resources.create("sku-" + i, 5);
                                return escrow.reserve("sku-" + i, 2);
                            })
                            .toList();

                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> held.stream()
                                    .allMatch(each ->
                                            escrow.find(each.id()).orElseThrow().state() == ReservationState.EXPIRED));

                    assertThat(resources.findAll()).allMatch(resource -> resource.available() == 5);
                    assertThat(context.getBean(EscrowHealthIndicator.class)
                                    .health()
                                    .getStatus())
                            .isEqualTo(Status.UP);
                    System.gc();
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("patterns.escrow.expiry.active")
                                    .gauge()
                                    .value())
                            .isEqualTo(2);
                    for (String coalescer : List.of("escrow-reserve", "escrow-1-reserve", "escrow-1-settle")) {
                        assertThat(context.getBean(MeterRegistry.class)
                                        .get("patterns.batch.pending")
                                        .tag("coalescer", coalescer)
                                        .gauge()
                                        .value())
                                .isZero();
                    }
                });
    }

    @Test
    void aTransactionOfAShardIsJoined() {
        runner.run(context -> {
            Escrow escrow = context.getBean(Escrow.class);
            EscrowResources resources = context.getBean(EscrowResources.class);
            resources.create("sku-0", 5);
            for (String name : List.of("east", "west")) {
                DataSource dataSource = context.getBean(name, DataSource.class);
                boolean itsShard = !new JdbcTemplate(dataSource)
                        .queryForList("select 1 from patterns_escrow_stock")
                        .isEmpty();
                new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult(status -> {
                    escrow.reserve("sku-0", 1);
                    status.setRollbackOnly();
                });
                assertThat(resources.find("sku-0").orElseThrow().held())
                        .as("of a transaction of %s", name)
                        .isEqualTo(itsShard ? 0 : 1);
                resources
                        .find("sku-0")
                        .filter(each -> each.held() > 0)
                        .ifPresent(each -> new JdbcTemplate(
                                        context.getBean(name.equals("east") ? "west" : "east", DataSource.class))
                                .queryForList("select reservation from patterns_escrow_hold", UUID.class)
                                .forEach(escrow::release));
            }
        });
    }

    @Test
    void aLockIsWaitedForAsLongAsIsSaidInAllOfThem() {
        runner.withPropertyValues("patterns.escrow.lock-timeout=150ms").run(context -> {
            Escrow escrow = context.getBean(Escrow.class);
            context.getBean(EscrowResources.class).create("sku-0", 5);
            for (String name : List.of("east", "west")) {
                DataSource dataSource = context.getBean(name, DataSource.class);
                new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult(status -> {
                    boolean itsShard = !new JdbcTemplate(dataSource)
                            .queryForList("select 1 from patterns_escrow_stock for update")
                            .isEmpty();
                    CompletableFuture<Reservation> other =
                            CompletableFuture.supplyAsync(() -> escrow.reserve("sku-0", 1));
                    if (itsShard) {
                        assertThat(other)
                                .failsWithin(Duration.ofSeconds(30))
                                .withThrowableThat()
                                .withCauseInstanceOf(CannotAcquireLockException.class)
                                .withMessageContaining("longer than 150 ms");
                    } else {
                        assertThat(other).succeedsWithin(Duration.ofSeconds(30));
                    }
                });
            }
        });
    }

    @Test
    void withoutExpiryNobodySweeps() {
        runner.withPropertyValues("patterns.escrow.expiry.enabled=false")
                .run(context -> assertThat(context.getBean(EscrowHealthIndicator.class)
                                .health()
                                .getDetails())
                        .containsEntry("sweeps", false)
                        .containsKey("expiry"));
    }

    @Test
    void aDataSourceThatThereIsNotEndsTheStart() {
        runner.withPropertyValues("patterns.escrow.shards.2=north")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining("patterns.escrow.shards.2 is 'north'")
                        .hasMessageContaining("east")
                        .hasMessageContaining("west"));
    }

    @Test
    void aDatabaseThatIsNamedTwiceEndsTheStart() {
        runner.withPropertyValues("patterns.escrow.shards.2=west")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining("patterns.escrow.shards.2 is 'west'")
                        .hasMessageContaining("patterns.escrow.shards.1"));
    }

    @Test
    void aNumberThatAnIdCannotHaveEndsTheStart() {
        runner.withPropertyValues("patterns.escrow.shards.256=west")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("patterns.escrow.shards.256"));
    }

    @Test
    void eventsEndTheStart() {
        runner.withBean(ReservationEvents.class, () -> events -> {})
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining("Events"));
        runner.withPropertyValues("patterns.escrow.events.enabled=true")
                .run(context ->
                        assertThat(context).getFailure().rootCause().isInstanceOf(PatternConfigurationException.class));
    }
}
