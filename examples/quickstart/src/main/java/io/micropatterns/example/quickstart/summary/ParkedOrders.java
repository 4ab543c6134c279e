package io.micropatterns.example.quickstart.summary;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterVersion;
import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.deadletter.NewDeadLetter;
import io.micropatterns.core.lease.Lease;
import io.micropatterns.example.quickstart.order.OrderPlaced;
import io.micropatterns.outbox.OutboxHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.ListenerExecutionFailedException;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * The owner of the dead letters of the source {@value #SOURCE}: parks the records that the consumer could not handle,
 * and tries them again, by itself and when an operator asks for it. Without an owner a letter that an operator retries
 * would stay where it is.
 */
@Component
public class ParkedOrders {

    /** The letters' source. */
    static final String SOURCE = "order-summaries";

    // One owner, so one channel.
    private static final String CHANNEL = "orders";

    /** How often a record is tried before an operator must decide, the attempts before it was parked included. */
    private static final int ATTEMPTS = 10;

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);
    private static final int AT_ONCE = 100;

    private final DeadLetters deadLetters;
    private final OrderSummaryConsumer consumer;
    private final TransactionOperations transaction;
    private final JsonMapper mapper;

    ParkedOrders(
            DeadLetters deadLetters,
            OrderSummaryConsumer consumer,
            TransactionOperations transaction,
            JsonMapper mapper) {
        this.deadLetters = deadLetters;
        this.consumer = consumer;
        this.transaction = transaction;
        this.mapper = mapper;
    }

    /** Sets a record aside that has failed. */
    public void park(ConsumerRecord<?, ?> record, Exception failure) {
        var headers = headers(record);
        var letter = NewDeadLetter.of(
                        SOURCE,
                        CHANNEL,
                        record.topic() + "-" + record.partition() + "@" + record.offset(),
                        record.offset(),
                        record.key() == null ? null : record.key().toString(),
                        record.topic(),
                        headers.getOrDefault(OutboxHeaders.EVENT_TYPE, "unknown"),
                        record.value() == null
                                ? new byte[0]
                                : record.value().toString().getBytes(StandardCharsets.UTF_8))
                .withHeaders(headers);
        var attempts = attempts(record);
        var cause = failure instanceof ListenerExecutionFailedException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        // What cannot succeed, such as a record that cannot be read, is not delivered a second time.
        deadLetters.park(
                attempts == 1
                        ? letter.dead(attempts, cause)
                        : letter.retrying(attempts, cause, Objects.requireNonNull(delayAfter(attempts))));
    }

    /** Tries what is due again, for as long as this instance holds the lease. */
    public void retryWhileHeld(Lease lease) throws InterruptedException {
        var ended = new CountDownLatch(1);
        lease.onEnd(ended::countDown);
        while (lease.isHeld()) {
            for (var letter : deadLetters.due(SOURCE, CHANNEL, AT_ONCE)) {
                retry(letter);
            }
            ended.await(1, TimeUnit.SECONDS);
        }
    }

    private void retry(DeadLetter letter) {
        try {
            // One transaction: the letter goes if and only if its effect is there.
            transaction.executeWithoutResult(status -> {
                consumer.on(event(letter), eventId(letter));
                deadLetters.resolve(List.of(DeadLetterVersion.of(letter)));
            });
        } catch (RuntimeException failure) {
            deadLetters.failedAgain(letter, failure, delayAfter(letter.attempts() + 1));
        }
    }

    private OrderPlaced event(DeadLetter letter) {
        return mapper.readValue(letter.payload(), OrderPlaced.class);
    }

    private static String eventId(DeadLetter letter) {
        return Objects.requireNonNull(
                letter.headers().get(OutboxHeaders.EVENT_ID), "The record has no header " + OutboxHeaders.EVENT_ID);
    }

    /** 1, 2, 4 … seconds; {@code null} when the attempts are exhausted. */
    private static @Nullable Duration delayAfter(int failed) {
        if (failed >= ATTEMPTS) {
            return null;
        }
        var delay = Duration.ofSeconds(1L << (failed - 1));
        return delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
    }

    private static int attempts(ConsumerRecord<?, ?> record) {
        var header = record.headers().lastHeader(KafkaHeaders.DELIVERY_ATTEMPT);
        return header == null ? 1 : ByteBuffer.wrap(header.value()).getInt();
    }

    private static Map<String, String> headers(ConsumerRecord<?, ?> record) {
        var headers = new HashMap<String, String>();
        record.headers().forEach(header -> {
            // Spring's own are not text.
            if (header.value() != null && !header.key().startsWith(KafkaHeaders.PREFIX)) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        });
        return headers;
    }
}
