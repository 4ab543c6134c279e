package io.micropatterns.escrow.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.jdbc.JdbcEscrowResources;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import io.micropatterns.test.postgres.PostgresServer;
import io.micropatterns.test.process.ChildJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Three processes with 60 callers each, of which one after the other is killed or paused at random points, or their database is
 * stopped hard; with events and without, half of the rounds each.
 */
@Tag("fault")
class EscrowFaultTests {

    private static final int ROUNDS = Integer.getInteger("patterns.fault.rounds", 10) / 2;
    private static final int INSTANCES = 3;
    private static final int RESOURCES = 4;
    private static final int WORK = 100;
    private static final Duration LONG = Duration.ofMinutes(3);

    private final List<ChildJvm> workers = new ArrayList<>();
    private final Map<UUID, String> told = new ConcurrentHashMap<>();
    private PostgresServer server;
    private String database;
    private DataSource dataSource;
    private EventTable events;
    private JdbcEscrowResources resources;
    private JdbcEscrowStore store;

    @BeforeEach
    void start() {
        server = PostgresServer.builder().embedded().durable(true).start();
        database = server.createDatabase();
        dataSource = server.dataSource(database);
        PatternSchema.core().createIfMissing(dataSource);
        PatternSchema.of("escrow", "patterns_escrow_stock", "patterns_escrow_hold")
                .createIfMissing(dataSource);
        resources =
                new JdbcEscrowResources(dataSource, Transactions.readCommitted(new JdbcTransactionManager(dataSource)));
        events = new EventTable(dataSource);
        events.create();
        store = new JdbcEscrowStore(dataSource, 9, NetworkTimeout.of(LONG));
        for (int i = 0; i < RESOURCES; i++) {
            resources.create("r" + i, 100_000, 1 + i % 3);
        }
    }

    @AfterEach
    void stop() {
        workers.forEach(ChildJvm::close);
        server.close();
    }

    @Test
    void neverHoldsMoreThanThereIsAndKeepsItsWord() throws Exception {
        run(ROUNDS / 2, false);
        assertThat(events.all()).isEmpty();
    }

    @Test
    void tellsOfEachChangeOnceAndOfNoOther() throws Exception {
        store = store.publishing(events, Transactions.readCommitted(new JdbcTransactionManager(dataSource)));
        Map<UUID, List<String>> changes = new HashMap<>();
        run(ROUNDS - ROUNDS / 2, true).forEach((id, state) -> changes.put(id, List.of("RESERVED", state.name())));
        Map<UUID, List<String>> published = events.all();
        assertThat(published.keySet()).containsExactlyInAnyOrderElementsOf(changes.keySet());
        changes.forEach((id, expected) ->
                assertThat(published.get(id)).as("events of %s", id).isEqualTo(expected));
    }

    /** Answers what has become of each reservation. */
    private Map<UUID, ReservationState> run(int rounds, boolean publishes) throws Exception {
        for (int i = 0; i < INSTANCES; i++) {
            workers.add(worker(i, publishes));
        }
        Random random = new Random(1);
        for (int round = 0; round < rounds; round++) {
            int victim = random.nextInt(INSTANCES);
            TimeUnit.MILLISECONDS.sleep(300 + random.nextInt(1_000));
            switch (round % 5) {
                case 0, 3 -> {
                    workers.get(victim).kill();
                    hear(workers.get(victim));
                    workers.set(victim, worker(victim, publishes));
                }
                case 1, 4 -> {
                    workers.get(victim).pause();
                    TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(1_500));
                    workers.get(victim).resume();
                }
                default -> {
                    server.stopHard();
                    server.restart();
                }
            }
            await().atMost(LONG)
                    .ignoreExceptions()
                    .until(() -> resources.verify().isEmpty());
            awaitWork();
        }
        workers.forEach(ChildJvm::kill);
        workers.forEach(this::hear);
        server.stopHard();
        server.restart();

        assertThat(resources.verify()).isEmpty();
        await().atMost(LONG).until(() -> {
            store.expire(10_000);
            return resources.findAll().stream().allMatch(resource -> resource.held() == 0);
        });
        assertThat(resources.verify()).isEmpty();
        Map<UUID, ReservationState> states = states();
        told.forEach((id, what) -> assertThat(states.get(id))
                .as("%s was told to be %s", id, what)
                .satisfies(state -> {
                    assertThat(state).isNotNull();
                    if (!what.equals("HELD")) {
                        assertThat(state.name()).isEqualTo(what);
                    }
                }));
        assertThat(states.values()).contains(ReservationState.EXPIRED, ReservationState.CONFIRMED);
        return states;
    }

    /** Work goes on after each fault, in each process. */
    private void awaitWork() {
        Map<ChildJvm, Long> before = new HashMap<>();
        workers.forEach(worker -> before.put(worker, told(worker)));
        await().atMost(LONG)
                .until(() -> workers.stream().allMatch(worker -> told(worker) >= before.get(worker) + WORK));
    }

    private static long told(ChildJvm worker) {
        return worker.output().stream().filter(line -> tells(line.split(" "))).count();
    }

    private static boolean tells(String[] words) {
        return words.length == 2 && (words[0].equals("HELD") || isEnd(words[0]));
    }

    private Map<UUID, ReservationState> states() {
        Map<String, ReservationState> letters =
                Map.of("C", ReservationState.CONFIRMED, "R", ReservationState.RELEASED, "E", ReservationState.EXPIRED);
        Map<UUID, ReservationState> states = new HashMap<>();
        new JdbcTemplate(dataSource).query("select reservation, state from patterns_escrow_hold", row -> {
            ReservationState state = letters.get(row.getString("state"));
            ReservationState other = states.put(row.getObject("reservation", UUID.class), state);
            assertThat(other == null || other == state).as("lines end alike").isTrue();
        });
        return states;
    }

    /** What a process has said until it ended; later words of a reservation replace earlier ones. */
    private void hear(ChildJvm worker) {
        for (String line : worker.output()) {
            String[] words = line.split(" ");
            if (tells(words)) {
                told.merge(UUID.fromString(words[1]), words[0], (before, now) -> isEnd(now) ? now : before);
            }
        }
    }

    private static boolean isEnd(String word) {
        return word.equals("CONFIRMED") || word.equals("RELEASED") || word.equals("EXPIRED");
    }

    private ChildJvm worker(int number, boolean publishes) {
        String url = server.jdbcUrl(database);
        ChildJvm worker = ChildJvm.builder(EscrowWorker.class)
                .jvmOptions("-Xmx256m")
                .arguments(
                        url + (url.contains("?") ? "&" : "?") + "user=" + server.username() + "&password="
                                + server.password(),
                        Integer.toString(number),
                        Integer.toString(RESOURCES),
                        Boolean.toString(publishes))
                .start();
        worker.awaitLine(line -> line.equals("started"), LONG);
        return worker;
    }
}
