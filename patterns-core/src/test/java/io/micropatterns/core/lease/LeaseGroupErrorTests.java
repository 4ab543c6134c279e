package io.micropatterns.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.CoreDatabase;
import io.micropatterns.core.jdbc.NetworkTimeout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Errors that a virtual machine recovers from. */
class LeaseGroupErrorTests {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final DataSource dataSource = CoreDatabase.withCoreTables();

    @Test
    void anErrorInAHeartbeatIsNotTheLast() {
        AtomicBoolean failed = new AtomicBoolean();
        LeaseStore once = store(method -> {
            if (method.equals("join") && failed.compareAndSet(false, true)) {
                throw new OutOfMemoryError("as if");
            }
        });
        try (LeaseGroup group = new DefaultLeaseGroup(builder(), () -> List.of("lease"), once)) {
            group.start();
            await().atMost(LONG).until(() -> group.held().size() == 1);
        }
        assertThat(failed).isTrue();
    }

    /** Its work would never be told that it has ended, and nobody here would begin it again. */
    @Test
    void aLeaseThatIsOverWhenTheDatabaseAnswersIsGivenBackAndTriedAgain() {
        AtomicLong clock = new AtomicLong();
        AtomicInteger acquired = new AtomicInteger();
        LeaseStore slow = store(method -> {
            if (method.equals("acquire") && acquired.incrementAndGet() == 1) {
                clock.addAndGet(LONG.toNanos() * 2);
            }
        });
        List<Boolean> begun = new CopyOnWriteArrayList<>();
        LeaseGroup.Builder builder = builder()
                .timeToLive(LONG.multipliedBy(2))
                .nanoClock(() -> System.nanoTime() + clock.get())
                .work(lease -> {
                    begun.add(lease.isHeld());
                    untilEnd(lease);
                });
        try (LeaseGroup group = new DefaultLeaseGroup(builder, () -> List.of("lease"), slow)) {
            group.start();
            await().atMost(LONG).until(() -> {
                group.stepDown(Duration.ZERO);
                return group.held().size() == 1;
            });
        }
        assertThat(begun).isNotEmpty().doesNotContain(false);
    }

    private LeaseStore store(Consumer<String> before) {
        JdbcLeaseStore store = new JdbcLeaseStore(dataSource, NetworkTimeout.DEFAULT);
        return (LeaseStore) Proxy.newProxyInstance(
                LeaseStore.class.getClassLoader(), new Class<?>[] {LeaseStore.class}, (proxy, method, arguments) -> {
                    before.accept(method.getName());
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aLeaseWhoseThreadCannotBeStartedIsGivenBackAndTriedAgain() {
        AtomicInteger threads = new AtomicInteger();
        LeaseGroup.Builder builder = builder()
                .threadFactory(task -> threads.incrementAndGet() != 2
                        ? new Thread(task)
                        : new Thread(task) {
                            @Override
                            public void start() {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                        });
        try (LeaseGroup group = builder.names(List.of("lease")).build()) {
            group.start();
            await().atMost(LONG).until(() -> group.held().size() == 1 && threads.get() >= 3);
        }
    }

    @Test
    void workThatEndsWithAnErrorIsTriedAgain() {
        AtomicInteger attempts = new AtomicInteger();
        LeaseGroup.Builder builder = builder().work(lease -> {
            if (attempts.incrementAndGet() == 1) {
                throw new OutOfMemoryError("as if");
            }
            untilEnd(lease);
        });
        try (LeaseGroup group = builder.names(List.of("lease")).build()) {
            group.start();
            await().atMost(LONG).until(() -> group.held().size() == 1 && attempts.get() >= 2);
        }
    }

    private LeaseGroup.Builder builder() {
        return LeaseGroup.builder(dataSource, "group")
                .timeToLive(Duration.ofSeconds(1))
                .work(LeaseGroupErrorTests::untilEnd);
    }

    private static void untilEnd(Lease lease) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        lease.onEnd(end::countDown);
        while (lease.isHeld() && !end.await(100, TimeUnit.MILLISECONDS)) {
            // Looks at the clock as well.
        }
    }
}
