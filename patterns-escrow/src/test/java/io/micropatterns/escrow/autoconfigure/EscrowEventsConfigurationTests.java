package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.autoconfigure.DeadLettersAutoConfiguration;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationEvent;
import io.micropatterns.escrow.ReservationEvents;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.autoconfigure.OutboxAutoConfiguration;
import io.micropatterns.outbox.autoconfigure.OutboxPublisherAutoConfiguration;
import io.micropatterns.outbox.autoconfigure.OutboxRelayAutoConfiguration;
import io.micropatterns.outbox.spring.OutboxDelivery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

class EscrowEventsConfigurationTests {

    private static final String ENABLED = "patterns.escrow.events.enabled=true";

    private final ApplicationContextRunner withoutOutbox =
            EscrowApplication.onOneDatabase(DataSourceInitializationAutoConfiguration.class);

    private final ApplicationContextRunner runner = withoutOutbox
            .withConfiguration(AutoConfigurations.of(
                    DeadLettersAutoConfiguration.class,
                    OutboxAutoConfiguration.class,
                    OutboxPublisherAutoConfiguration.class,
                    OutboxRelayAutoConfiguration.class))
            .withPropertyValues("patterns.outbox.relay=none");

    @Test
    void publishesThroughTheOutboxGatheredAndJoined() {
        runner.withPropertyValues(ENABLED, "patterns.escrow.events.topic=seats").run(context -> {
            Escrow escrow = context.getBean(Escrow.class);
            context.getBean(EscrowResources.class).create("chair", 9);
            Reservation reservation = escrow.reserve("chair", 2);
            context.getBean(TransactionTemplate.class)
                    .executeWithoutResult(status -> escrow.confirm(reservation.id(), Map.of("chair", 1L)));
            List<Map<String, Object>> rows = new JdbcTemplate(context.getBean(DataSource.class))
                    .queryForList("select type, topic, key, convert_from(payload, 'UTF8') as payload"
                            + " from patterns_outbox order by position");
            assertThat(rows)
                    .hasSize(2)
                    .allSatisfy(row -> assertThat(row)
                            .containsEntry("topic", "seats")
                            .containsEntry("key", reservation.id().toString()));
            assertThat(rows).extracting("type").containsExactly("escrow.reserved", "escrow.confirmed");
            assertThat(rows.get(1).get("payload"))
                    .asString()
                    .contains(
                            "\"reservationId\":\"" + reservation.id() + "\"",
                            "\"quantities\":{\"chair\":2}",
                            "\"confirmed\":{\"chair\":1}",
                            "\"released\":{\"chair\":1}");
        });
    }

    @Test
    void listenersInTheApplicationCanReadThem() {
        runner.withPropertyValues(ENABLED, "patterns.outbox.relay=polling", "patterns.outbox.publisher=spring")
                .withBean(Listener.class)
                .run(context -> {
                    Escrow escrow = context.getBean(Escrow.class);
                    context.getBean(EscrowResources.class).create("chair", 9);
                    Reservation reservation = escrow.reserve("chair", 2);
                    escrow.release(reservation.id());
                    Queue<ReservationEvent> heard = context.getBean(Listener.class).heard;
                    await().atMost(Duration.ofSeconds(30)).until(() -> heard.size() == 2);
                    assertThat(heard)
                            .containsExactly(
                                    new ReservationEvent.Reserved(
                                            reservation.id(), Map.of("chair", 2L), reservation.expiresAt(), null),
                                    new ReservationEvent.Released(reservation.id(), Map.of("chair", 2L), null));
                });
    }

    static final class Listener {

        private final Queue<ReservationEvent> heard = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(OutboxDelivery<? extends ReservationEvent> delivery) {
            heard.add(delivery.event());
        }
    }

    @Test
    void publishesNothingUnlessToldTo() {
        runner.run(context -> {
            assertThat(context).doesNotHaveBean(ReservationEvents.class);
            context.getBean(EscrowResources.class).create("chair", 9);
            context.getBean(Escrow.class).reserve("chair", 2);
            assertThat(new JdbcTemplate(context.getBean(DataSource.class))
                            .queryForObject("select count(*) from patterns_outbox", Long.class))
                    .isZero();
        });
    }

    @Test
    void tellsABeanOfTheUsers() {
        List<ReservationEvent> told = new CopyOnWriteArrayList<>();
        withoutOutbox
                .withBean(ReservationEvents.class, () -> told::addAll)
                .withPropertyValues(ENABLED)
                .run(context -> {
                    context.getBean(EscrowResources.class).create("chair", 9);
                    Reservation reservation = context.getBean(Escrow.class).reserve("chair", 2);
                    assertThat(told).extracting(ReservationEvent::reservationId).containsExactly(reservation.id());
                });
    }

    @Test
    void doesNotStartWithoutAnOutbox() {
        withoutOutbox
                .withPropertyValues(ENABLED)
                .run(
                        context -> assertThat(context)
                                .getFailure()
                                .rootCause()
                                .isInstanceOf(PatternConfigurationException.class)
                                .hasMessage(
                                        "The property patterns.escrow.events.enabled is true, but there is no outbox to publish by."));
        withoutOutbox
                .withPropertyValues(ENABLED)
                .withClassLoader(new FilteredClassLoader(Outbox.class.getPackageName()))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining("but the outbox is not on the class path"));
    }

    @Test
    void needsNoOutboxUnlessToldToPublish() {
        withoutOutbox
                .withClassLoader(new FilteredClassLoader(Outbox.class.getPackageName()))
                .run(context -> assertThat(context).hasSingleBean(Escrow.class));
    }

    @Test
    void theTopicHasAName() {
        runner.withPropertyValues(ENABLED, "patterns.escrow.events.topic= ")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining("patterns.escrow.events.topic is blank"));
    }
}
