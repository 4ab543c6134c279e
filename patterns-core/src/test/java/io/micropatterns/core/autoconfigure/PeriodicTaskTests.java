package io.micropatterns.core.autoconfigure;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodicTaskTests {

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class})
    void comesRoundAgainAfterAFailure(Class<? extends Throwable> failure) {
        AtomicInteger runs = new AtomicInteger();
        PeriodicTask task = new PeriodicTask("test", Duration.ofMillis(1), () -> {
            if (runs.incrementAndGet() == 1) {
                sneak(failure);
            }
        });
        task.start();
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> runs.get() > 2);
        } finally {
            task.stop();
        }
    }

    private static void sneak(Class<? extends Throwable> failure) {
        if (failure == OutOfMemoryError.class) {
            throw new OutOfMemoryError("as if");
        }
        throw new IllegalStateException("as if");
    }
}
