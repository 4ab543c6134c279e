package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.EscrowListener.Contention;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Batches of many resources lock them in one order, in a database that sorts as people do and not as programs do. */
class EscrowLockOrderTests {

    private static final int ROUNDS = 40;

    private final ReservationIds ids = new ReservationIds(Clock.systemUTC(), 0);
    private final AtomicInteger deadlocks = new AtomicInteger();
    private EscrowDatabase database;

    @BeforeEach
    void open() {
        PostgresServer server = PostgresServer.shared();
        String name = "sorts_" + UUID.randomUUID().toString().replace('-', '_');
        new JdbcTemplate(server.dataSource("postgres"))
                .execute(
                        "create database " + name
                                + " template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US' lc_collate 'C' lc_ctype 'C'");
        database = new EscrowDatabase(name);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest(name = "{0} resources")
    @ValueSource(ints = {20, 150})
    void neverDeadlock(int resources) throws Exception {
        List<String> names = IntStream.range(0, resources / 2)
                .boxed()
                .flatMap(i -> Stream.of("a-" + i, "B" + i))
                .toList();
        names.forEach(name -> database.resources().create(name, 1_000_000));
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> done = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                done.add(callers.submit(reservesAndReleases(names, caller)));
            }
            for (Future<Void> each : done) {
                each.get(2, TimeUnit.MINUTES);
            }
        } finally {
            callers.shutdownNow();
        }

        assertThat(deadlocks).hasValue(0);
        assertThat(database.resources().findAll()).allMatch(resource -> resource.held() == 0);
        assertThat(database.resources().verify()).isEmpty();
    }

    private Callable<Void> reservesAndReleases(List<String> names, int caller) {
        JdbcEscrowStore store = database.store(caller).telling(new EscrowListener() {
            @Override
            public void contended(Contention kind) {
                if (kind == Contention.REPEATED) {
                    deadlocks.incrementAndGet();
                }
            }
        });
        Random random = new Random(caller);
        return () -> {
            for (int round = 0; round < ROUNDS; round++) {
                // Every other batch has request ids, and with them another statement.
                boolean known = round % 2 == 0;
                List<NewReservation> asked = new ArrayList<>();
                for (String name : names) {
                    ReservationRequest request = ReservationRequest.of(name, 1);
                    UUID id = ids.next();
                    asked.add(new NewReservation(
                            id, known ? request.withId(id.toString()) : request, Duration.ofHours(1)));
                }
                Collections.shuffle(asked, random);
                assertThat(store.reserve(asked)).allMatch(ItemOutcome.Success.class::isInstance);
                store.settle(asked.stream()
                        .map(each -> Settlement.release(each.id()))
                        .toList());
            }
            return null;
        };
    }
}
