package io.micropatterns.core.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.CoreDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class JdbcDeadLettersTests {

    private static final Duration NOW = Duration.ZERO;
    private static final Duration LATER = Duration.ofHours(1);
    private static final RuntimeException CAUSE = new IllegalStateException("broken");

    private static DataSource dataSource;

    private final Map<String, Integer> events = Collections.synchronizedMap(new LinkedHashMap<>());
    private DeadLetters letters;
    private TransactionTemplate transaction;
    private JdbcTemplate jdbc;

    @BeforeAll
    static void database() {
        dataSource = CoreDatabase.withCoreTables();
    }

    @BeforeEach
    void freshTable() {
        jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("truncate patterns_dead_letter");
        JdbcTransactionManager transactionManager = new JdbcTransactionManager(dataSource);
        transaction = new TransactionTemplate(transactionManager);
        letters = DeadLetters.jdbc(dataSource, transactionManager, new DeadLetterListener() {
            @Override
            public void parked(String source, int count) {
                events.merge("parked " + source, count, Integer::sum);
            }

            @Override
            public void resolved(String source, int count) {
                events.merge("resolved " + source, count, Integer::sum);
            }

            @Override
            public void discarded(String source) {
                events.merge("discarded " + source, 1, Integer::sum);
            }
        });
    }

    @Test
    void keepsEverythingThatIsKnownOfAFailure() {
        Map<String, String> headers = Map.of("traceparent", "00-1", "odd", "\0\"\n\u00fc");
        Throwable cause = new IllegalStateException("broken\0pipe", new RuntimeException("root"));
        NewDeadLetter parked = letter("e1", 7, "k").withHeaders(headers).retrying(3, cause, LATER);

        assertThat(letters.park(parked)).isTrue();

        DeadLetter letter = only();
        assertThat(letter)
                .usingRecursiveComparison()
                .comparingOnlyFields(
                        "source",
                        "channel",
                        "reference",
                        "sequence",
                        "key",
                        "destination",
                        "type",
                        "payload",
                        "headers",
                        "attempts",
                        "status")
                .isEqualTo(parked);
        assertThat(letter.causeType()).isEqualTo(IllegalStateException.class.getName());
        assertThat(letter.causeMessage()).isEqualTo("broken\uFFFDpipe");
        assertThat(letter.stackTrace())
                .contains("JdbcDeadLettersTests")
                .contains("Caused by: ")
                .contains("root");
        Instant now = databaseNow();
        assertThat(letter.firstFailedAt()).isEqualTo(letter.lastFailedAt()).isBetween(now.minusSeconds(60), now);
        assertThat(letter.nextAttemptAt()).isEqualTo(letter.firstFailedAt().plus(LATER));
        assertThat(letters.find(letter.id())).contains(letter);
        assertThat(letters.find(UUID.randomUUID())).isEmpty();
    }

    @Test
    void boundsTheCause() {
        RuntimeException cause =
                new RuntimeException("\uD83D\uDE00".repeat(50_000).substring(1));
        letters.park(letter("e1", 1, null).dead(1, cause));

        DeadLetter letter = only();
        assertThat(letter.causeMessage().length()).isBetween(1_990, NewDeadLetter.MAX_CAUSE_MESSAGE);
        assertThat(letter.stackTrace().length()).isBetween(15_990, NewDeadLetter.MAX_STACK_TRACE);
    }

    @Test
    void parksAReferenceOnce() {
        assertThat(letters.park(letter("e1", 1, null))).isTrue();
        assertThat(letters.park(letter("e1", 1, null))).isFalse();
        letters.parkAll(List.of(letter("e1", 1, null), letter("e2", 2, null), letter("e2", 2, null)));
        letters.parkAll(List.of());

        assertThat(letters.parked("outbox", List.of("e1", "e2", "e3"))).containsExactlyInAnyOrder("e1", "e2");
        assertThat(letters.parked("saga", List.of("e1"))).isEmpty();
        assertThat(letters.parked("outbox", List.of())).isEmpty();
        assertThat(letters.any("outbox", "3")).isTrue();
        assertThat(letters.any("outbox", "4")).isFalse();
        assertThat(events).containsExactlyEntriesOf(Map.of("parked outbox", 2));
    }

    @Test
    void joinsTheCallersTransaction() {
        transaction.executeWithoutResult(status -> {
            letters.park(letter("e1", 1, null));
            assertThat(letters.any("outbox", "3")).isTrue();
            status.setRollbackOnly();
        });
        assertThat(letters.any("outbox", "3")).isFalse();
        assertThat(events).isEmpty();
    }

    @Test
    void givesWhatIsDueByTheDatabasesClockInOrder() {
        letters.parkAll(List.of(
                letter("e3", 3, null).retrying(1, CAUSE, NOW),
                letter("e1", 1, null).retrying(1, CAUSE, NOW),
                letter("e2", 2, null).retrying(1, CAUSE, LATER),
                letter("e4", 4, null).dead(1, CAUSE)));

        assertThat(due()).containsExactly("e1", "e3");
        assertThat(letters.due("outbox", "3", 1))
                .extracting(DeadLetter::reference)
                .containsExactly("e1");
        assertThat(letters.due("outbox", "4", 10)).isEmpty();
    }

    @Test
    void aLetterThatFailsAgainIsPutOffOrDead() {
        letters.park(letter("e1", 1, null).retrying(1, CAUSE, NOW));
        letters.failedAgain(only(), new RuntimeException("still"), LATER);
        assertThat(due()).isEmpty();
        assertThat(only().attempts()).isEqualTo(2);
        assertThat(only().causeMessage()).isEqualTo("still");
        assertThat(only().status()).isEqualTo(DeadLetterStatus.RETRYING);
        assertThat(only().lastFailedAt()).isAfter(only().firstFailedAt());

        letters.failedAgain(only(), new RuntimeException("enough"), null);
        assertThat(only().attempts()).isEqualTo(3);
        assertThat(only().status()).isEqualTo(DeadLetterStatus.DEAD);
        assertThat(only().nextAttemptAt()).isNull();
    }

    @Test
    void lettersOfAKeyGoOneAfterTheOther() {
        letters.parkAll(List.of(
                letter("e1", 1, "k").retrying(1, CAUSE, NOW),
                letter("e3", 3, "k").waiting(),
                letter("e2", 2, "k").waiting(),
                letter("e4", 4, "other").retrying(1, CAUSE, NOW)));
        assertThat(letters.blockedKeys("outbox", "3"))
                .containsExactlyInAnyOrder(new BlockedKey("orders", "k"), new BlockedKey("orders", "other"));

        assertThat(due()).containsExactly("e1", "e4");
        letters.resolve(versions("e1", "e4"));
        assertThat(due()).containsExactly("e2");
        letters.resolve(versions("e2"));
        assertThat(due()).containsExactly("e3");
        letters.resolve(versions("e3"));
        letters.resolve(List.of());

        assertThat(letters.blockedKeys("outbox", "3")).isEmpty();
        assertThat(letters.any("outbox", "3")).isFalse();
        assertThat(events).containsEntry("resolved outbox", 4);
    }

    @Test
    void aDeadHeadHoldsItsKeyUntilAnOperatorDecides() {
        letters.parkAll(List.of(
                letter("e1", 1, "k").dead(5, CAUSE),
                letter("e2", 2, "k").waiting(),
                letter("e3", 3, "k").waiting()));
        UUID middle = id("e2");
        UUID head = id("e1");
        assertThat(due()).isEmpty();

        assertThat(letters.retry(middle)).isFalse();
        assertThat(letters.discard(middle, "superseded")).isTrue();
        assertThat(due()).isEmpty();

        assertThat(letters.discard(head, "poison")).isTrue();
        assertThat(letters.discard(head, "poison")).isFalse();
        assertThat(due()).containsExactly("e3");
        assertThat(events).containsEntry("discarded outbox", 2);
    }

    @Test
    void lettersThatWereParkedBeforeAnEarlierOneOfTheirKeyWaitBehindIt() {
        letters.parkBlocking(List.of(
                letter("e5", 5, "k").retrying(1, CAUSE, NOW),
                letter("e6", 6, "other").retrying(1, CAUSE, NOW),
                letter("e7", 7, null).retrying(1, CAUSE, NOW)));
        letters.parkBlocking(List.of(letter("e4", 4, "k").dead(1, CAUSE)));
        letters.parkBlocking(List.of(letter("e3", 3, "k").retrying(1, CAUSE, NOW)));
        letters.parkBlocking(List.of());

        assertThat(due()).containsExactly("e3", "e6", "e7");
        assertThat(letters.retry(id("e5"))).isFalse();
        letters.resolve(versions("e3"));
        assertThat(due()).containsExactly("e4", "e6", "e7");
        letters.resolve(versions("e4"));
        assertThat(due()).containsExactly("e5", "e6", "e7");
    }

    @Test
    void aLetterDoesNotWaitForOneThatHasGone() {
        letters.park(letter("e2", 2, "k").waiting());
        assertThat(due()).containsExactly("e2");
        letters.park(letter("e3", 3, "k").waiting());
        assertThat(due()).containsExactly("e2");
    }

    @Test
    void keysOfDifferentDestinationsDoNotWaitForEachOther() {
        letters.park(letter("e1", 1, "k").dead(1, CAUSE));
        letters.park(NewDeadLetter.of("outbox", "3", "e2", 2, "k", "invoices", "t", new byte[0])
                .waiting());
        assertThat(due()).containsExactly("e2");
    }

    @Test
    void anOperatorRetriesAndReplays() {
        letters.parkAll(List.of(
                letter("e1", 1, "k").dead(5, CAUSE), letter("e2", 2, null).dead(5, CAUSE)));

        assertThat(letters.retry(id("e1"))).isTrue();
        assertThat(letters.retry(UUID.randomUUID())).isFalse();
        assertThat(due()).containsExactly("e1");

        assertThat(letters.replay(id("e2"), new byte[] {9}, Map.of("fixed", "yes")))
                .isTrue();
        assertThat(letters.replay(UUID.randomUUID(), new byte[0], Map.of())).isFalse();
        assertThat(due()).containsExactly("e1", "e2");
        DeadLetter replayed = letters.find(id("e2")).orElseThrow();
        assertThat(replayed.payload()).containsExactly(9);
        assertThat(replayed.headers()).containsExactlyEntriesOf(Map.of("fixed", "yes"));
    }

    @Test
    void aReplayDuringAnAttemptOutlivesItsSuccessAndItsFailure() {
        letters.parkAll(List.of(
                letter("e1", 1, null).retrying(1, CAUSE, NOW),
                letter("e2", 2, null).retrying(1, CAUSE, NOW)));
        List<DeadLetter> tried = letters.due("outbox", "3", 10);
        letters.replay(id("e1"), new byte[] {9}, Map.of());
        letters.replay(id("e2"), new byte[] {9}, Map.of());

        letters.resolve(List.of(DeadLetterVersion.of(tried.get(0))));
        letters.failedAgain(tried.get(1), CAUSE, null);

        List<DeadLetter> due = letters.due("outbox", "3", 10);
        assertThat(due).extracting(DeadLetter::reference).containsExactly("e1", "e2");
        assertThat(due).allSatisfy(letter -> {
            assertThat(letter.payload()).containsExactly(9);
            assertThat(letter.version()).isEqualTo(1);
            assertThat(letter.attempts()).isEqualTo(1);
        });
        assertThat(events).doesNotContainKey("resolved outbox");
        letters.resolve(due.stream().map(DeadLetterVersion::of).toList());
        assertThat(letters.any("outbox", "3")).isFalse();
    }

    @Test
    void aRetryDuringAnAttemptOutlivesItsFailureButNotItsSuccess() {
        letters.parkAll(List.of(
                letter("e1", 1, null).retrying(1, CAUSE, NOW),
                letter("e2", 2, null).retrying(1, CAUSE, NOW)));
        List<DeadLetter> tried = letters.due("outbox", "3", 10);
        letters.retryAll(DeadLetterQuery.all());

        letters.failedAgain(tried.get(1), CAUSE, null);
        assertThat(due()).containsExactly("e1", "e2");
        letters.resolve(List.of(DeadLetterVersion.of(tried.get(0))));
        assertThat(due()).as("published, so once is enough").containsExactly("e2");
    }

    @Test
    void aLetterDiscardedDuringAnAttemptStaysAway() {
        letters.park(letter("e1", 1, null).retrying(1, CAUSE, NOW));
        DeadLetter tried = only();
        letters.discard(tried.id(), "test");

        letters.failedAgain(tried, CAUSE, LATER);
        letters.resolve(List.of(DeadLetterVersion.of(tried)));
        assertThat(letters.any("outbox", "3")).isFalse();
        assertThat(events).doesNotContainKey("resolved outbox");
    }

    @Test
    void retriesAllThatAQueryAdmitsButForThoseWaiting() {
        letters.parkAll(List.of(
                letter("e1", 1, "k").dead(5, CAUSE),
                letter("e2", 2, "k").waiting(),
                letter("e3", 3, null).dead(5, CAUSE),
                NewDeadLetter.of("saga", "1", "s1", 1, null, "step", "t", new byte[0])));

        assertThat(letters.retryAll(DeadLetterQuery.all().withSource("outbox").withLimit(1)))
                .isEqualTo(2);
        assertThat(due()).containsExactly("e1", "e3");
        assertThat(letters.count(DeadLetterQuery.all().withStatus(DeadLetterStatus.DEAD)))
                .isEqualTo(1);
    }

    @Test
    void listsByEachCriterionAndPagesThroughAll() {
        for (int i = 0; i < 25; i++) {
            letters.park(letter("e" + i, i, i % 2 == 0 ? "even" : "odd").dead(1, CAUSE));
        }
        letters.park(NewDeadLetter.of("saga", "1", "s1", 1, null, "step", "t", new byte[0]));

        List<String> seen = new ArrayList<>();
        DeadLetterQuery query = DeadLetterQuery.all().withLimit(4);
        for (List<DeadLetter> page = letters.list(query); !page.isEmpty(); page = letters.list(query)) {
            page.forEach(letter -> seen.add(letter.reference()));
            query = query.after(page.get(page.size() - 1));
        }
        List<String> expected = new ArrayList<>(List.of("s1"));
        IntStream.iterate(24, i -> i >= 0, i -> i - 1).forEach(i -> expected.add("e" + i));
        assertThat(seen).isEqualTo(expected);

        DeadLetterQuery all = DeadLetterQuery.all();
        assertThat(letters.count(all)).isEqualTo(26);
        assertThat(letters.count(all.withKey("odd"))).isEqualTo(12);
        assertThat(letters.count(all.withDestination("step"))).isEqualTo(1);
        assertThat(letters.count(all.withType("order-placed"))).isEqualTo(25);
        assertThat(letters.count(all.withChannel("1"))).isEqualTo(1);
        assertThat(letters.count(all.withStatus(DeadLetterStatus.WAITING))).isZero();
        assertThat(letters.counts())
                .containsExactly(
                        new DeadLetterCount("outbox", DeadLetterStatus.DEAD, "order-placed", 25),
                        new DeadLetterCount("saga", DeadLetterStatus.DEAD, "t", 1));
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> letter("e1", 1, null).waiting())
                .withMessageContaining("e1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeadLetterQuery.all().withLimit(1_001))
                .withMessageContaining("1001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> letter("e1", 1, null).dead(-1, CAUSE));
    }

    @Test
    void concurrentParkersOfOneReferenceParkItOnce() throws Exception {
        AtomicInteger parked = new AtomicInteger();
        together(8, () -> {
            for (int i = 0; i < 20; i++) {
                parked.addAndGet(letters.park(letter("e" + i, i, null)) ? 1 : 0);
            }
            return null;
        });
        assertThat(parked).hasValue(20);
        assertThat(letters.count(DeadLetterQuery.all())).isEqualTo(20);
    }

    @Test
    void aLetterParkedWhileItsHeadIsDiscardedDoesNotWaitThoughThePoolReadsRepeatably() throws Exception {
        PGSimpleDataSource repeatable = new PGSimpleDataSource();
        repeatable.setUrl(((PGSimpleDataSource) dataSource).getUrl());
        repeatable.setUser(((PGSimpleDataSource) dataSource).getUser());
        repeatable.setPassword(((PGSimpleDataSource) dataSource).getPassword());
        repeatable.setOptions("-c default_transaction_isolation=repeatable\\ read");
        DeadLetters relays = DeadLetters.jdbc(repeatable, new JdbcTransactionManager(repeatable));
        letters.park(letter("e1", 1, "k").dead(5, CAUSE));
        ExecutorService relay = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> parking = transaction.execute(status -> {
                letters.discard(id("e1"), "test");
                Future<Boolean> started =
                        relay.submit(() -> relays.park(letter("e2", 2, "k").waiting()));
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> jdbc.queryForObject(
                                        "select count(*) from pg_locks where locktype = 'advisory' and not granted",
                                        Long.class)
                                == 1);
                return started;
            });
            assertThat(parking.get(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            relay.shutdownNow();
        }
        assertThat(due()).containsExactly("e2");
    }

    @Test
    void retryingAllDoesNotDeadlockWithAnOwnerWhoNotesFailures() throws Exception {
        // The later a letter's turn, the earlier it lies in the table.
        for (int i = 40; i > 0; i--) {
            letters.park(letter("e" + i, i, null).retrying(1, CAUSE, Duration.ZERO));
        }
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService operator = Executors.newSingleThreadExecutor();
        try {
            Future<?> retrying = operator.submit(() -> {
                while (!done.get()) {
                    letters.retryAll(DeadLetterQuery.all());
                }
            });
            for (int round = 0; round < 50; round++) {
                transaction.executeWithoutResult(status -> letters.due("outbox", "3", 100)
                        .forEach(letter -> letters.failedAgain(letter, CAUSE, Duration.ZERO)));
            }
            done.set(true);
            retrying.get(1, TimeUnit.MINUTES);
        } finally {
            operator.shutdownNow();
        }
        assertThat(letters.count(DeadLetterQuery.all())).isEqualTo(40);
    }

    @Test
    void noLetterIsLeftWaitingWhileOwnerAndOperatorsActAtOnce() throws Exception {
        int perKey = 40;
        CountDownLatch parking = new CountDownLatch(1);
        Set<String> delivered = Collections.synchronizedSet(new HashSet<>());
        AtomicInteger discarded = new AtomicInteger();
        Map<String, Long> last = Collections.synchronizedMap(new LinkedHashMap<>());
        Callable<@Nullable Object> parker = () -> {
            try {
                for (int i = 0; i < perKey; i++) {
                    List<NewDeadLetter> batch = new ArrayList<>();
                    for (String key : List.of("a", "b", "c")) {
                        NewDeadLetter letter = letter(key + i, i, key);
                        batch.add(i == 0 ? letter.retrying(1, CAUSE, NOW) : letter.waiting());
                    }
                    letters.parkAll(batch);
                }
            } finally {
                parking.countDown();
            }
            return null;
        };
        Callable<@Nullable Object> owner = () -> {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while ((parking.getCount() > 0 || letters.any("outbox", "3")) && System.nanoTime() < deadline) {
                for (DeadLetter letter : letters.due("outbox", "3", 10)) {
                    Long former = last.put(String.valueOf(letter.key()), letter.sequence());
                    assertThat(former == null ? -1 : former).isLessThanOrEqualTo(letter.sequence());
                    delivered.add(letter.reference());
                    letters.resolve(List.of(DeadLetterVersion.of(letter)));
                }
            }
            return null;
        };
        Callable<@Nullable Object> operator = () -> {
            Random random = new Random(1);
            while (parking.getCount() > 0 || letters.any("outbox", "3")) {
                List<DeadLetter> page = letters.list(DeadLetterQuery.all().withLimit(20));
                if (!page.isEmpty()
                        && letters.discard(page.get(random.nextInt(page.size())).id(), "test")) {
                    discarded.incrementAndGet();
                }
            }
            return null;
        };
        together(List.of(parker, owner, operator));

        assertThat(letters.count(DeadLetterQuery.all())).isZero();
        assertThat(delivered.size() + discarded.get()).isGreaterThanOrEqualTo(3 * perKey);
    }

    private static void together(int threads, Callable<@Nullable Object> work) throws Exception {
        together(Collections.nCopies(threads, work));
    }

    private static void together(List<Callable<@Nullable Object>> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(work.size());
        try {
            for (Future<@Nullable Object> result : executor.invokeAll(work, 60, TimeUnit.SECONDS)) {
                result.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static NewDeadLetter letter(String reference, long sequence, @Nullable String key) {
        return NewDeadLetter.of(
                "outbox", "3", reference, sequence, key, "orders", "order-placed", new byte[] {1, 0, -1});
    }

    private List<String> due() {
        return letters.due("outbox", "3", 100).stream()
                .map(DeadLetter::reference)
                .toList();
    }

    private DeadLetter only() {
        List<DeadLetter> all = letters.list(DeadLetterQuery.all());
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private UUID id(String reference) {
        return versions(reference).get(0).id();
    }

    private List<DeadLetterVersion> versions(String... references) {
        return letters.list(DeadLetterQuery.all()).stream()
                .filter(letter -> List.of(references).contains(letter.reference()))
                .map(DeadLetterVersion::of)
                .toList();
    }

    private Instant databaseNow() {
        return jdbc.queryForObject("select clock_timestamp()", java.time.OffsetDateTime.class)
                .toInstant();
    }
}
