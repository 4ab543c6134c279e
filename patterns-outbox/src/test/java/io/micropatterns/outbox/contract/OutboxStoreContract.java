package io.micropatterns.outbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionOperations;

/** What every {@link OutboxStore} must do. A subclass for each implementation says how to make one and what it holds. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test
public abstract class OutboxStoreContract {

    private final ExecutorService others = Executors.newCachedThreadPool();
    private OutboxStore store;
    private TransactionOperations transaction;

    /** A store of an empty outbox that nobody else has; called once a test, before the other methods. */
    protected abstract OutboxStore newStore();

    /** Opens the transactions that the store joins. */
    protected abstract TransactionOperations transaction();

    /** The shard's events that have been committed, by position; never called within a transaction. */
    protected abstract List<OutboxRecord> committed(int shard);

    /** An event of shard 0 that the database refuses. */
    protected abstract Optional<OutboxRecord> refused();

    @BeforeEach
    final void startStore() {
        store = newStore();
        transaction = transaction();
    }

    @AfterEach
    final void endOtherThreads() {
        others.shutdownNow();
    }

    @Test
    void keepsEverythingThatAnEventHas() {
        OutboxRecord event = Events.of(
                3, "ключ", new byte[] {0, 1, (byte) 0xff, 0}, Map.of("tenant", "ä \"quoted\"\n", "empty", ""));
        insert(event);

        OutboxRecord stored = committed(3).get(0);
        assertThat(stored.position()).isPositive();
        assertThat(stored.shard()).isEqualTo(3);
        assertThat(stored.id()).isEqualTo(event.id());
        assertThat(stored.type()).isEqualTo("contract");
        assertThat(stored.topic()).isEqualTo("topic");
        assertThat(stored.key()).isEqualTo("ключ");
        assertThat(stored.payload()).isEqualTo(event.payload());
        assertThat(stored.headers()).isEqualTo(event.headers());
        assertThat(Duration.between(stored.createdAt(), Instant.now()).abs()).isLessThan(Duration.ofHours(1));
    }

    @Test
    void keepsAnEventWithoutKeyHeadersAndPayload() {
        insert(Events.of(0, null, new byte[0], Map.of()));

        OutboxRecord stored = committed(0).get(0);
        assertThat(stored.key()).isNull();
        assertThat(stored.payload()).isEmpty();
        assertThat(stored.headers()).isEmpty();
    }

    @Test
    void storesInTheOrderOfTheListAndOfTheCalls() {
        List<OutboxRecord> many = IntStream.range(0, 200)
                .mapToObj(i -> Events.of(0, "k" + i % 3, Integer.toString(i)))
                .toList();
        transaction.executeWithoutResult(status -> {
            store.insert(many.subList(0, 120));
            store.insert(many.subList(120, 121));
            store.insert(many.subList(121, 150));
        });
        transaction.executeWithoutResult(status -> store.insert(many.subList(150, 200)));

        List<OutboxRecord> stored = committed(0);
        assertThat(stored).extracting(OutboxRecord::id).containsExactlyElementsOf(ids(many));
        assertThat(stored).extracting(OutboxRecord::position).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void keepsTheListsOrderAcrossShards() {
        insert(Events.of(1, "a", "1"), Events.of(0, "b", "2"), Events.of(1, "a", "3"));

        assertThat(Events.contents(committed(1))).containsExactly("1", "3");
        assertThat(Events.contents(committed(0))).containsExactly("2");
    }

    @Test
    void storesNothingForAnEmptyList() {
        insert();

        assertThat(committed(0)).isEmpty();
    }

    @Test
    void nobodySeesAnEventBeforeItsTransactionCommits() {
        transaction.executeWithoutResult(status -> {
            store.insert(List.of(Events.of(0, "k", "1"), Events.of(0, "k", "2")));
            assertThat(elsewhere(() -> committed(0))).isEmpty();
        });

        assertThat(Events.contents(committed(0))).containsExactly("1", "2");
    }

    @Test
    void aRollBackTakesTheEventsWithIt() {
        insert(Events.of(0, "k", "before"));
        transaction.executeWithoutResult(status -> {
            store.insert(List.of(Events.of(0, "k", "1"), Events.of(1, "k", "2")));
            store.insert(List.of(Events.of(0, "k", "3")));
            status.setRollbackOnly();
        });
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    store.insert(List.of(Events.of(0, "k", "4")));
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        insert(Events.of(0, "k", "after"));

        assertThat(Events.contents(committed(0))).containsExactly("before", "after");
        assertThat(committed(1)).isEmpty();
    }

    @Test
    void whenOneEventIsRefusedTheTransactionIsLost() {
        Assumptions.assumeTrue(refused().isPresent(), "the store refuses no event by itself");
        OutboxRecord refused = refused().get();
        assertThatThrownBy(() -> insert(Events.of(0, "k", "1"), refused, Events.of(0, "k", "2")))
                .isInstanceOf(DataAccessException.class);
        Throwable atCommit = catchThrowable(() -> transaction.executeWithoutResult(status -> {
            store.insert(List.of(Events.of(0, "k", "3")));
            assertThatThrownBy(() -> store.insert(List.of(refused))).isInstanceOf(DataAccessException.class);
        }));

        // Whether the commit fails as well is for the database; that nothing is left is not.
        assertThat(committed(0)).as("after %s", atCommit).isEmpty();
        insert(Events.of(0, "k", "next"));
        assertThat(Events.contents(committed(0))).containsExactly("next");
    }

    @Test
    void transactionsOfSeveralThreadsDoNotMix() throws Exception {
        int threads = 4;
        int transactions = 30;
        List<Future<?>> writers = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            String key = "k" + thread;
            writers.add(others.submit(() -> {
                for (int i = 0; i < transactions; i++) {
                    boolean doomed = i % 3 == 0;
                    String content = (doomed ? "doomed " : "") + i;
                    transaction.executeWithoutResult(status -> {
                        store.insert(List.of(Events.of(0, key, content), Events.of(0, key, content + "b")));
                        if (doomed) {
                            status.setRollbackOnly();
                        }
                    });
                }
            }));
        }
        for (Future<?> writer : writers) {
            writer.get(60, TimeUnit.SECONDS);
        }

        List<String> expected = IntStream.range(0, transactions)
                .filter(i -> i % 3 != 0)
                .boxed()
                .flatMap(i -> List.of(i.toString(), i + "b").stream())
                .toList();
        List<OutboxRecord> stored = committed(0);
        assertThat(stored).hasSize(expected.size() * threads);
        for (int thread = 0; thread < threads; thread++) {
            String key = "k" + thread;
            List<OutboxRecord> ofKey =
                    stored.stream().filter(event -> key.equals(event.key())).toList();
            assertThat(Events.contents(ofKey)).isEqualTo(expected);
        }
    }

    private void insert(OutboxRecord... events) {
        transaction.executeWithoutResult(status -> store.insert(List.of(events)));
    }

    private <T> T elsewhere(Callable<T> work) {
        try {
            return others.submit(work).get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<UUID> ids(List<OutboxRecord> events) {
        return events.stream().map(OutboxRecord::id).toList();
    }
}
