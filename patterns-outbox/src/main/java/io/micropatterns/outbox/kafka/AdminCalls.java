package io.micropatterns.outbox.kafka;

import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** Waits for an admin client's answer, boundedly, and throws what the broker said. */
final class AdminCalls {

    private AdminCalls() {}

    static <T> T await(@Nullable KafkaFuture<T> future) {
        try {
            return Objects.requireNonNull(future, "the admin client gave no answer")
                    .get(KafkaDefaults.REQUEST_TIMEOUT.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException("no answer from the broker", e);
        }
    }
}
