package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.schema.MissingTableException;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationRequest;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.mockito.Mockito;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.transaction.support.TransactionTemplate;

class EscrowAutoConfigurationTests {

    private final ApplicationContextRunner runner = EscrowApplication.onOneDatabase();

    @Test
    void reservesGatheredAndJoined() {
        runner.run(context -> {
            Escrow escrow = context.getBean(Escrow.class);
            EscrowResources resources = context.getBean(EscrowResources.class);
            resources.create("chair", 2);
            escrow.reserve("chair", 1);
            context.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                escrow.reserve("chair", 1);
                assertThatExceptionOfType(InsufficientStockException.class)
                        .isThrownBy(() -> escrow.reserve("chair", 1));
                status.setRollbackOnly();
            });
            assertThat(resources.find("chair"))
                    .hasValueSatisfying(chair -> assertThat(chair.held()).isEqualTo(1));
            assertThat(resources.verify()).isEmpty();
        });
    }

    @Test
    void tablesAreThereBeforeWhoeverUsesThemFirst() {
        runner.withUserConfiguration(Early.class)
                .withPropertyValues("spring.sql.init.mode=never")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Configuration(proxyBeanMethods = false)
    static class Early {

        @Bean
        Optional<Reservation> asked(Escrow escrow) {
            return escrow.find(UUID.randomUUID());
        }
    }

    @Test
    void whatHasExpiredComesBack() {
        runner.withPropertyValues(
                        "patterns.escrow.time-to-live=1s",
                        "patterns.escrow.lock-timeout=500ms",
                        "patterns.escrow.expiry.interval=50ms")
                .run(context -> {
                    EscrowResources resources = context.getBean(EscrowResources.class);
                    Escrow escrow = context.getBean(Escrow.class);
                    resources.create("chair", 5);
                    Reservation ofASecond = escrow.reserve("chair", 2);
                    Reservation ofAnHour =
                            escrow.reserve(ReservationRequest.of("chair", 3).heldFor(Duration.ofHours(1)));
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> state(escrow, ofASecond) == ReservationState.EXPIRED);
                    assertThat(state(escrow, ofAnHour)).isEqualTo(ReservationState.HELD);
                    assertThat(resources.find("chair")).hasValueSatisfying(chair -> {
                        assertThat(chair.available()).isEqualTo(2);
                        assertThat(chair.held()).isEqualTo(3);
                    });
                    assertThat(context.getBean(ReservationExpiry.class).isHeld())
                            .isTrue();
                });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void theExpiryRunsOnVirtualThreadsWhereThatIsWanted() {
        CompletableFuture<String> group = new CompletableFuture<>();
        EscrowListener listener = new EscrowListener() {
            @Override
            public void expired(int reservations, Duration took) {
                group.complete(Thread.currentThread().getThreadGroup().getName());
            }
        };
        runner.withPropertyValues("spring.threads.virtual.enabled=true")
                .withBean(EscrowListener.class, () -> listener)
                .run(context ->
                        assertThat(group).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("VirtualThreads"));
    }

    private static ReservationState state(Escrow escrow, Reservation reservation) {
        return escrow.find(reservation.id()).orElseThrow().state();
    }

    @Test
    void propertiesAreChecked() {
        runner.withPropertyValues("patterns.escrow.expiry.interval=1ms")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining("patterns.escrow.expiry.interval is 1ms"));
    }

    @Test
    void aLockIsWaitedForAsLongAsIsSaid() {
        runner.withPropertyValues("patterns.escrow.lock-timeout=150ms").run(context -> {
            Escrow escrow = context.getBean(Escrow.class);
            context.getBean(EscrowResources.class).create("chair", 2);
            context.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                escrow.reserve("chair", 1);
                assertThat(CompletableFuture.supplyAsync(() -> escrow.reserve("chair", 1)))
                        .failsWithin(Duration.ofSeconds(30))
                        .withThrowableThat()
                        .withCauseInstanceOf(CannotAcquireLockException.class)
                        .withMessageContaining("longer than 150 ms");
            });
        });
    }

    @Test
    void aLockIsNotWaitedForLongerThanAReservationIsHeld() {
        runner.withPropertyValues("patterns.escrow.lock-timeout=2s", "patterns.escrow.time-to-live=2s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessage("The property patterns.escrow.lock-timeout is 2000ms, but must be shorter than"
                                + " patterns.escrow.time-to-live, which is 2000ms."));
        runner.withPropertyValues("patterns.escrow.lock-timeout=6m")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining("patterns.escrow.lock-timeout is 6m"));
    }

    @Test
    void missingTablesAreNamed() {
        runner.withPropertyValues("patterns.escrow.schema.initialize=never")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(MissingTableException.class)
                        .hasMessageContaining("patterns_escrow_stock"));
    }

    @Test
    void canBeSwitchedOff() {
        runner.withPropertyValues("patterns.escrow.enabled=false")
                .run(context ->
                        assertThat(context).doesNotHaveBean(Escrow.class).doesNotHaveBean(ReservationExpiry.class));
        runner.withPropertyValues("patterns.escrow.expiry.enabled=false")
                .run(context ->
                        assertThat(context).hasSingleBean(Escrow.class).doesNotHaveBean(ReservationExpiry.class));
    }

    @Test
    void backsOffForAStoreOfTheUsers() {
        EscrowStore own = Mockito.mock(EscrowStore.class);
        runner.withBean(EscrowStore.class, () -> own)
                .run(context -> assertThat(context.getBean(EscrowStore.class)).isSameAs(own));
    }
}
