package io.micropatterns.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micropatterns.core.CoreDatabase;
import io.micropatterns.core.payload.PayloadException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionTemplate;

class JdbcInboxTests {

    private static DataSource dataSource;

    private final ExecutorService executor = Executors.newFixedThreadPool(16);
    private JdbcTemplate jdbc;
    private TransactionTemplate transaction;
    private Inbox inbox;

    @BeforeAll
    static void database() {
        dataSource = CoreDatabase.withCoreTables();
        new JdbcTemplate(dataSource).execute("create table effect (key text)");
    }

    @BeforeEach
    void freshTables() {
        jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("truncate patterns_inbox, effect");
        JdbcTransactionManager transactionManager = new JdbcTransactionManager(dataSource);
        transaction = new TransactionTemplate(transactionManager);
        inbox = Inbox.builder(dataSource, transactionManager).build();
    }

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void runsTheWorkOncePerConsumerAndKey() {
        assertThat(inbox.once("a", "k", () -> effect("1"))).isTrue();
        assertThat(inbox.once("a", "k", () -> effect("2"))).isFalse();
        assertThat(inbox.once("b", "k", () -> effect("3"))).isTrue();
        assertThat(inbox.once("a", "l", () -> effect("4"))).isTrue();
        assertThat(effects()).containsExactly("1", "3", "4");
    }

    @Test
    void duplicatesGetTheRecordedOutcome() throws Throwable {
        Receipt receipt = new Receipt("o-1", 3);
        assertThat(inbox.once("a", "record", Receipt.class, () -> receipt)).isEqualTo(receipt);
        assertThat(inbox.once("a", "record", Receipt.class, JdbcInboxTests::unreachable))
                .isEqualTo(receipt);

        inbox.once("a", "text", String.class, () -> "done");
        assertThat(inbox.once("a", "text", String.class, JdbcInboxTests::unreachable))
                .isEqualTo("done");

        inbox.once("a", "number", int.class, () -> 42);
        assertThat(inbox.once("a", "number", int.class, JdbcInboxTests::unreachable))
                .isEqualTo(42);

        inbox.once("a", "bytes", byte[].class, () -> new byte[] {0, 1});
        assertThat(inbox.once("a", "bytes", byte[].class, JdbcInboxTests::unreachable))
                .containsExactly(0, 1);

        assertThat(inbox.once("a", "null", Receipt.class, () -> null)).isNull();
        assertThat(inbox.once("a", "null", Receipt.class, JdbcInboxTests::unreachable))
                .isNull();

        var list = new ParameterizedTypeReference<List<Receipt>>() {}.getType();
        inbox.onceChecked("a", "list", list, () -> List.of(receipt));
        assertThat(inbox.onceChecked("a", "list", list, JdbcInboxTests::unreachable))
                .isEqualTo(List.of(receipt));
    }

    @Test
    void workThatThrowsLeavesNothingAndMayBeTriedAgain() {
        assertThatThrownBy(() -> inbox.once("a", "k", () -> {
                    effect("1");
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
        assertThatThrownBy(() -> inbox.onceChecked("a", "k", void.class, () -> {
                    effect("2");
                    throw new IOException("checked");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("checked");
        assertThat(effects()).isEmpty();
        assertThat(inbox.once("a", "k", () -> effect("3"))).isTrue();
        assertThat(effects()).containsExactly("3");
    }

    @Test
    void anOutcomeThatCannotBeRecordedRollsTheEffectBack() {
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> inbox.once("a", "k", Object.class, () -> {
                    effect("1");
                    return new Unrecordable();
                }));
        assertThat(effects()).isEmpty();
    }

    @Test
    void keyAndEffectStandOrFallWithTheCallersTransaction() {
        transaction.executeWithoutResult(status -> {
            inbox.once("a", "k", () -> effect("1"));
            status.setRollbackOnly();
        });
        assertThat(inbox.once("a", "k", () -> effect("2"))).isTrue();

        assertThatExceptionOfType(UnexpectedRollbackException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    effect("3");
                    assertThatThrownBy(() -> inbox.onceChecked("a", "l", void.class, () -> {
                                throw new IOException("swallowed");
                            }))
                            .isInstanceOf(IOException.class);
                }));
        assertThat(effects()).containsExactly("2");
    }

    @Test
    void ofManyThreadsWithOneKeyOneHasAnEffectAndAllGetItsOutcome() throws Exception {
        CyclicBarrier together = new CyclicBarrier(16);
        AtomicInteger runs = new AtomicInteger();
        List<Callable<String>> calls = new ArrayList<>();
        for (int thread = 0; thread < 16; thread++) {
            String name = "outcome of " + thread;
            calls.add(() -> {
                together.await(30, TimeUnit.SECONDS);
                return inbox.once("a", "k", String.class, () -> {
                    runs.incrementAndGet();
                    effect("k");
                    return name;
                });
            });
        }
        List<String> outcomes = results(calls);
        assertThat(outcomes).hasSize(16).containsOnly(outcomes.get(0));
        assertThat(runs).hasValue(1);
        assertThat(effects()).containsExactly("k");
    }

    @Test
    void whenTheFirstRollsBackAWaitingDuplicateDoesTheWork() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        List<Callable<Boolean>> calls = new ArrayList<>();
        CyclicBarrier together = new CyclicBarrier(16);
        for (int thread = 0; thread < 16; thread++) {
            calls.add(() -> {
                together.await(30, TimeUnit.SECONDS);
                try {
                    return inbox.once("a", "k", () -> {
                        effect("k");
                        if (attempts.incrementAndGet() <= 5) {
                            throw new IllegalStateException("crash");
                        }
                    });
                } catch (IllegalStateException ex) {
                    return false;
                }
            });
        }
        assertThat(results(calls)).containsOnlyOnce(true);
        assertThat(attempts).hasValue(6);
        assertThat(effects()).containsExactly("k");
    }

    @Test
    void aConcurrentDuplicateIsToldSoWhenItsWaitIsOver() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Future<Boolean> first = executor.submit(() -> inbox.once("a", "k", () -> {
            atWork.countDown();
            await(finish);
        }));
        await(atWork);
        try {
            assertThatExceptionOfType(ConcurrentDuplicateException.class)
                    .isThrownBy(() -> inbox.withWait(Duration.ZERO).once("a", "k", () -> effect("never")))
                    .withMessageContaining("'a' is still at work on key 'k'")
                    .satisfies(ex -> assertThat(ex.keys()).containsExactly("k"))
                    .satisfies(ex -> assertThat(ex.consumer()).isEqualTo("a"));
            assertThatExceptionOfType(ConcurrentDuplicateException.class)
                    .isThrownBy(() -> inbox.withWait(Duration.ofMillis(50)).once("a", "k", () -> effect("never")));
            assertThatExceptionOfType(ConcurrentDuplicateException.class)
                    .isThrownBy(() -> transaction.execute(
                            status -> inbox.withWait(Duration.ZERO).firstSeen("a", List.of("j", "k"))))
                    .withMessageContaining("one of 2 keys");
        } finally {
            finish.countDown();
        }
        assertThat(first.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(inbox.withWait(Duration.ZERO).once("a", "k", () -> effect("never")))
                .isFalse();
        assertThat(effects()).isEmpty();
    }

    @Test
    void theCallersOwnLockTimeoutIsLeftAsItWas() {
        for (int round = 0; round < 2; round++) {
            transaction.executeWithoutResult(status -> {
                jdbc.execute("set local lock_timeout = '1234ms'");
                inbox.once("a", "k", () -> assertThat(lockTimeout()).isEqualTo("1234ms"));
                assertThat(lockTimeout()).isEqualTo("1234ms");
                inbox.firstSeen("a", List.of("l"));
                assertThat(lockTimeout()).isEqualTo("1234ms");
            });
        }
    }

    @Test
    void givesTheKeysOfASetThatAreNew() {
        inbox.once("a", "2", () -> {});
        Set<String> first = transaction.execute(status -> inbox.firstSeen("a", List.of("3", "2", "1", "3")));
        assertThat(first).containsExactly("3", "1");
        assertThat(transaction.<Set<String>>execute(status -> inbox.firstSeen("a", List.of("1", "2", "3", "4"))))
                .containsExactly("4");
        assertThat(transaction.<Set<String>>execute(status -> inbox.firstSeen("a", List.of())))
                .isEmpty();
        assertThatExceptionOfType(InboxException.class)
                .isThrownBy(() -> inbox.firstSeen("a", List.of("5")))
                .withMessageContaining("outside a transaction");
    }

    @Test
    void aTransactionOfAnotherResourceIsNone() {
        JdbcTransactionManager foreign = new JdbcTransactionManager(CoreDatabase.empty());
        assertThatExceptionOfType(InboxException.class)
                .isThrownBy(
                        () -> new TransactionTemplate(foreign).execute(status -> inbox.firstSeen("a", List.of("1"))))
                .withMessageContaining("outside a transaction of the inbox's data source");
        assertThatExceptionOfType(InboxException.class)
                .isThrownBy(() -> new TransactionTemplate(foreign).execute(status -> {
                    jdbc.queryForObject("select 1", Integer.class);
                    return inbox.firstSeen("a", List.of("1"));
                }));
        Inbox misled = Inbox.builder(dataSource, foreign).build();
        assertThatExceptionOfType(InboxException.class).isThrownBy(() -> misled.once("a", "1", () -> effect("1")));
        assertThatExceptionOfType(InboxException.class)
                .isThrownBy(() -> misled.once("a", "1", String.class, JdbcInboxTests::unreachable));
        assertThat(effects()).isEmpty();
        assertThat(jdbc.queryForObject("select count(*) from patterns_inbox", Long.class))
                .isZero();

        // The inbox's own transaction, within the other one, is a true one.
        assertThat(new TransactionTemplate(foreign).<Boolean>execute(status -> inbox.once("a", "1", () -> effect("1"))))
                .isTrue();
    }

    @Test
    void overlappingSetsInAnyOrderHaveEachKeyOnceAndDoNotDeadlock() throws Exception {
        List<String> keys = IntStream.range(0, 500).mapToObj(String::valueOf).toList();
        List<Callable<Set<String>>> calls = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            List<String> shuffled = new ArrayList<>(keys);
            java.util.Collections.shuffle(shuffled, new java.util.Random(thread));
            calls.add(() -> transaction.execute(status -> inbox.firstSeen("a", shuffled)));
        }
        List<String> first = results(calls).stream().flatMap(Set::stream).toList();
        assertThat(first).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void forgetsWhatIsOldInBatchesAndKeepsTheRest() {
        jdbc.execute("insert into patterns_inbox (consumer, key, created_at)"
                + " select 'a', n::text, now() - interval '8 days' from generate_series(1, 2500) n");
        inbox.once("a", "young", () -> {});

        assertThat(inbox.purge(Duration.ofDays(7))).isEqualTo(2_500);

        assertThat(jdbc.queryForList("select key from patterns_inbox", String.class))
                .containsExactly("young");
        assertThat(inbox.purge(Duration.ofDays(7))).isZero();
    }

    @Test
    void purgeStopsAfterABatchWhenInterrupted() {
        jdbc.execute("insert into patterns_inbox (consumer, key, created_at)"
                + " select 'a', n::text, now() - interval '8 days' from generate_series(1, 2500) n");
        Thread.currentThread().interrupt();
        try {
            assertThat(inbox.purge(Duration.ofDays(7))).isEqualTo(1_000);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> inbox.once(" ", "k", () -> {}));
        assertThatIllegalArgumentException().isThrownBy(() -> inbox.once("a", "", () -> {}));
        assertThatIllegalArgumentException().isThrownBy(() -> inbox.withWait(Duration.ofMillis(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> inbox.purge(Duration.ofMillis(-1)));
    }

    private <T> List<T> results(List<Callable<T>> calls) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : executor.invokeAll(calls, 60, TimeUnit.SECONDS)) {
            results.add(future.get());
        }
        return results;
    }

    private void effect(String key) {
        jdbc.update("insert into effect values (?)", key);
    }

    private List<String> effects() {
        return jdbc.queryForList("select key from effect order by key", String.class);
    }

    private String lockTimeout() {
        return jdbc.queryForObject("select current_setting('lock_timeout')", String.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    private static <T> T unreachable() {
        throw new AssertionError("the work ran twice");
    }

    record Receipt(String orderId, int quantity) {}

    record Unrecordable() {

        public String getName() {
            throw new IllegalStateException("broken getter");
        }
    }
}
