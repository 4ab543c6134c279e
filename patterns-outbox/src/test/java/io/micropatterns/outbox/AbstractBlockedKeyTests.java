package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What holds besides when later events of a rejected one's key wait behind it. */
abstract class AbstractBlockedKeyTests extends AbstractDeadLetterTests {

    AbstractBlockedKeyTests(boolean exactlyOnce) {
        super(exactlyOnce, true);
    }

    @Test
    void laterEventsOfTheKeyWaitAndFollowInOrderWhenTheHeadIsReplayed() {
        publishBehindABadHead();

        assertThat(cluster.values(topic, 3)).containsExactlyInAnyOrder("k0", "o1", "o2");
        DeadLetter head = awaitDead(1).get(0);
        awaitWaiting(4);
        assertThat(node.deadLetters().retry(node.lettersOf(topic).get(1).id()))
                .as("a waiting letter cannot overtake")
                .isFalse();
        assertThat(node.deadLetters().replay(head.id(), bytes("head"), head.headers()))
                .isTrue();

        awaitNoLetters(topic);
        node.publish(TestNode.text(topic, "k", "k5"));
        assertThat(cluster.read(topic, 9).stream()
                        .filter(record -> record.key().equals("k"))
                        .map(record -> record.value()))
                .containsExactly("k0", "head", "k1", "k2", "k3", "k4", "k5");
    }

    @Test
    void laterEventsOfTheKeyFollowInOrderWhenTheHeadIsDiscarded() {
        publishBehindABadHead();
        DeadLetter head = awaitDead(1).get(0);
        awaitWaiting(4);
        assertThat(node.deadLetters().discard(head.id(), "not wanted")).isTrue();

        awaitNoLetters(topic);
        node.publish(TestNode.text(topic, "k", "k5"));
        assertThat(cluster.read(topic, 8).stream()
                        .filter(record -> record.key().equals("k"))
                        .map(record -> record.value()))
                .containsExactly("k0", "k1", "k2", "k3", "k4", "k5");
    }

    @Test
    void anEventThatWasRejectedBeforeAnEarlierOneOfItsKeyWaitsBehindIt() {
        String huge = "x".repeat(1_500_000);
        node.publish(
                TestNode.text(topic, "k", "k0"),
                TestNode.text(topic, "k", BIG),
                TestNode.text(topic, "k", "k1"),
                TestNode.text(topic, "k", huge),
                TestNode.text(topic, "k", "k2"));

        DeadLetter head = awaitDead(1).get(0);
        assertThat(head.payload()).hasSize(BIG.length());
        awaitWaiting(3);
        assertThat(node.lettersOf(topic)).extracting(DeadLetter::status).startsWith(DeadLetterStatus.DEAD);
        assertThat(node.deadLetters().replay(head.id(), bytes("head"), head.headers()))
                .isTrue();
        DeadLetter second = awaitDead(1).get(0);
        assertThat(second.payload()).hasSize(huge.length());
        assertThat(node.deadLetters().replay(second.id(), bytes("second"), second.headers()))
                .isTrue();

        awaitNoLetters(topic);
        assertThat(cluster.values(topic, 5)).containsExactly("k0", "head", "k1", "second", "k2");
    }

    @Test
    void eventsWithoutAKeyWaitForNobody() {
        node.publish(TestNode.text(topic, null, "1"), TestNode.text(topic, null, BIG), TestNode.text(topic, null, "2"));

        assertThat(cluster.values(topic, 2)).containsExactlyInAnyOrder("1", "2");
        assertThat(awaitDead(1).get(0).key()).isNull();
    }

    private void publishBehindABadHead() {
        node.publish(
                TestNode.text(topic, "k", "k0"),
                TestNode.text(topic, "k", BIG),
                TestNode.text(topic, "k", "k1"),
                TestNode.text(topic, "o", "o1"),
                TestNode.text(topic, "k", "k2"));
        node.publish(TestNode.text(topic, "k", "k3"));
        node.publish(TestNode.text(topic, "k", "k4"), TestNode.text(topic, "o", "o2"));
    }

    private void awaitWaiting(int count) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> node.lettersOf(topic).stream()
                                .filter(letter -> letter.status() == DeadLetterStatus.WAITING)
                                .count()
                        == count);
    }
}
