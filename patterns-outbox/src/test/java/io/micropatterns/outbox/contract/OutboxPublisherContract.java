package io.micropatterns.outbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micropatterns.outbox.FencedException;
import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.PublicationException;
import io.micropatterns.outbox.RecordsRejectedException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link OutboxPublisher} must do. A subclass for each implementation says how to make one, how to read what
 * it has delivered, and which payload its stream rejects.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test
public abstract class OutboxPublisherContract {

    private final AtomicLong position = new AtomicLong();
    private OutboxPublisher publisher;
    private String topic;

    /** A publisher of an outbox that nobody else has; called once a test. */
    protected abstract OutboxPublisher newPublisher();

    /** A topic of the test's own, which exists. */
    protected abstract String newTopic();

    /** Waits until so many records have been delivered to the topic, and answers all that have been, in order. */
    protected abstract List<Delivered> delivered(String topic, int count);

    /** A payload that the stream rejects in such a topic. */
    protected abstract byte[] rejectedPayload();

    /** A payload with this content that the stream takes; a JSON string unless overridden. */
    protected byte[] payload(String content) {
        return ('"' + content + '"').getBytes(StandardCharsets.UTF_8);
    }

    /** The logical type of the payloads. */
    protected String type() {
        return "contract";
    }

    /**
     * One delivered record.
     *
     * @param id the event's id
     * @param key the key, or {@code null}
     * @param payload the payload
     * @param headers the event's headers, perhaps among others
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Delivered(UUID id, @Nullable String key, byte[] payload, Map<String, String> headers) {}

    @BeforeEach
    final void startPublisher() {
        publisher = newPublisher();
        topic = newTopic();
    }

    @AfterEach
    final void closePublisher() {
        publisher.close();
    }

    @Test
    void publishesRecordsInOrderWithIdKeyPayloadAndHeaders() {
        OutboxRecord first = event("k", payload("1"), Map.of("tenant", "ä"));
        OutboxRecord second = event("k", payload("2"), Map.of());
        OutboxRecord third = event("k", payload("3"), Map.of());
        try (OutboxPublisher.Session session = publisher.open(0)) {
            session.publish(List.of(first, second), "p1");
            session.publish(List.of(third), "p2");
        }

        List<Delivered> delivered = delivered(topic, 3);
        assertThat(delivered).extracting(Delivered::id).containsExactly(first.id(), second.id(), third.id());
        assertThat(delivered).extracting(Delivered::key).containsOnly("k");
        assertThat(delivered.get(1).payload()).isEqualTo(payload("2"));
        assertThat(delivered.get(0).headers()).containsEntry("tenant", "ä");
    }

    @Test
    void publishesARecordWithoutAKey() {
        try (OutboxPublisher.Session session = publisher.open(0)) {
            session.publish(List.of(event(null, payload("1"), Map.of())), "p1");
        }

        assertThat(delivered(topic, 1).get(0).key()).isNull();
    }

    @Test
    void publishesProgressWithoutRecords() {
        try (OutboxPublisher.Session session = publisher.open(0)) {
            session.publish(List.of(), "p1");
            session.publish(List.of(event("k", payload("1"), Map.of())), "p2");
        }

        assertThat(delivered(topic, 1)).hasSize(1);
    }

    @Test
    void namesRejectedRecordsByPositionWithTheirCauseAndStaysUsable() {
        OutboxRecord good = event("a", payload("1"), Map.of());
        OutboxRecord bad = event("b", rejectedPayload(), Map.of());
        OutboxRecord alsoGood = event("c", payload("2"), Map.of());
        OutboxRecord next = event("d", payload("3"), Map.of());
        boolean othersPublished;
        try (OutboxPublisher.Session session = publisher.open(0)) {
            RecordsRejectedException rejection = catchThrowableOfType(
                    RecordsRejectedException.class, () -> session.publish(List.of(good, bad, alsoGood), "p1"));
            assertThat(rejection.causes()).containsOnlyKeys(bad.position());
            assertThat(rejection).hasCauseInstanceOf(Exception.class);
            othersPublished = rejection.othersPublished();
            session.publish(othersPublished ? List.of(next) : List.of(good, alsoGood, next), "p2");
        }

        assertThat(publisher.exactlyOnce() && othersPublished)
                .as("with exactly-once a page is published whole or not at all")
                .isFalse();
        List<Delivered> delivered = delivered(topic, 3);
        assertThat(delivered).extracting(Delivered::id).containsOnly(good.id(), alsoGood.id(), next.id());
        if (publisher.exactlyOnce() || othersPublished) {
            assertThat(delivered).hasSize(3);
        }
    }

    @Test
    void anExactlyOncePublisherRemembersTheProgressItPublishedLastForEachShard() {
        assumeTrue(publisher.exactlyOnce());
        try (OutboxPublisher.Session session = publisher.open(3)) {
            assertThat(session.progress()).isEmpty();
            session.publish(List.of(event("k", payload("1"), Map.of())), "first\nwith a second line");
            session.publish(List.of(), "second");
        }
        try (OutboxPublisher.Session other = publisher.open(4)) {
            assertThat(other.progress()).isEmpty();
        }
        try (OutboxPublisher.Session session = publisher.open(3)) {
            assertThat(session.progress()).contains("second");
        }
    }

    @Test
    void anExactlyOncePublisherForgetsTheProgressOfARejectedPage() {
        assumeTrue(publisher.exactlyOnce());
        try (OutboxPublisher.Session session = publisher.open(0)) {
            session.publish(List.of(), "kept");
            assertThatThrownBy(() -> session.publish(List.of(event("b", rejectedPayload(), Map.of())), "lost"))
                    .isInstanceOf(RecordsRejectedException.class);
        }
        try (OutboxPublisher.Session session = publisher.open(0)) {
            assertThat(session.progress()).contains("kept");
        }
    }

    @Test
    void anExactlyOncePublisherFencesTheSessionsOpenedBefore() {
        assumeTrue(publisher.exactlyOnce());
        OutboxRecord early = event("k", payload("early"), Map.of());
        OutboxRecord zombie = event("k", payload("zombie"), Map.of());
        OutboxRecord late = event("k", payload("late"), Map.of());
        try (OutboxPublisher.Session old = publisher.open(0);
                OutboxPublisher.Session otherShard = publisher.open(1)) {
            old.publish(List.of(early), "early");
            try (OutboxPublisher.Session successor = publisher.open(0)) {
                assertThat(successor.progress()).contains("early");
                assertThatThrownBy(() -> old.publish(List.of(zombie), "zombie"))
                        .isInstanceOfSatisfying(
                                FencedException.class,
                                e -> assertThat(e.shard()).isZero());
                successor.publish(List.of(late), "late");
            }
            otherShard.publish(List.of(), "untouched");
        }
        try (OutboxPublisher.Session session = publisher.open(0)) {
            assertThat(session.progress()).contains("late");
        }
        assertThat(delivered(topic, 2)).extracting(Delivered::id).containsExactly(early.id(), late.id());
    }

    @Test
    void anAtLeastOncePublisherLeavesTheProgressToTheDatabase() {
        assumeFalse(publisher.exactlyOnce());
        try (OutboxPublisher.Session session = publisher.open(0)) {
            session.publish(List.of(event("k", payload("1"), Map.of())), "p1");
        }
        try (OutboxPublisher.Session session = publisher.open(0)) {
            assertThat(session.progress()).isEmpty();
        }
    }

    @Test
    void closingTwiceDoesNothing() {
        OutboxPublisher.Session session = publisher.open(0);
        session.publish(List.of(event("k", payload("1"), Map.of())), "p1");
        session.close();
        session.close();
        publisher.close();

        assertThat(delivered(topic, 1)).hasSize(1);
    }

    /** For subclasses whose stream can be out of reach, with a publisher to a place where nobody listens. */
    protected static void failsToOpenWithoutItsStream(OutboxPublisher unreachable) {
        assertThatThrownBy(() -> unreachable.open(0))
                .isInstanceOf(PublicationException.class)
                .hasCauseInstanceOf(Exception.class);
    }

    private OutboxRecord event(@Nullable String key, byte[] payload, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(OutboxHeaders.CONTENT_TYPE, "application/json");
        return new OutboxRecord(
                position.incrementAndGet(),
                0,
                UUID.randomUUID(),
                type(),
                topic,
                key,
                payload,
                all,
                Instant.parse("2026-01-01T00:00:00Z"));
    }
}
