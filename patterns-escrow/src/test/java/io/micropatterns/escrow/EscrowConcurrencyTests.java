package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.batch.BatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.support.TransactionTemplate;

/** Many callers of several instances, gathered and joined, while reservations expire. */
@ParameterizedClass
@ValueSource(booleans = {true, false})
@SuppressWarnings("NullAway.Init")
class EscrowConcurrencyTests {

    private static final int INSTANCES = 3;
    private static final int CALLERS = 24;

    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS + 1);
    private final List<Escrow> instances = new ArrayList<>();
    private final boolean publishes;
    private EscrowDatabase database;
    private PublishedEvents events;
    private EscrowResources resources;

    EscrowConcurrencyTests(boolean publishes) {
        this.publishes = publishes;
    }

    @BeforeEach
    void start() {
        database = new EscrowDatabase();
        events = new PublishedEvents(database);
        resources = database.resources();
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(Escrow.builder(store(i))
                    .options(EscrowOptions.defaults()
                            .withBatching(BatchOptions.defaults().withPartitions(2)))
                    .build());
        }
    }

    @AfterEach
    void stop() {
        callers.shutdownNow();
        instances.forEach(Escrow::close);
        try {
            List<String> all = resources.findAll().stream().map(Resource::name).toList();
            assertThat(events.verify(all) > 0).isEqualTo(publishes);
        } finally {
            database.close();
        }
    }

    private EscrowStore store(int instance) {
        return (publishes ? database.store(instance, events) : database.store(instance))
                .lockTimeout(Duration.ofMinutes(1));
    }

    @Test
    void neverSellsMoreThanThereIsAndAllOfIt() throws Exception {
        for (int stripes : new int[] {1, 4}) {
            String item = "item-of-" + stripes;
            resources.create(item, 300, stripes);
            Set<UUID> reserved = ConcurrentHashMap.newKeySet();
            AtomicLong refused = new AtomicLong();
            together((number, random) -> {
                for (int i = 0; i < 20; i++) {
                    try {
                        reserved.add(instance(random).reserve(item, 1).id());
                    } catch (InsufficientStockException e) {
                        refused.incrementAndGet();
                    }
                }
            });
            assertThat(reserved).hasSize(300);
            assertThat(refused).hasValue(CALLERS * 20 - 300);
            assertThat(resources.verify()).isEmpty();
        }
    }

    @Test
    void concurrentRepetitionsOfARequestMakeOneReservation() throws Exception {
        resources.create("item", 1_000);
        resources.create("other", 1_000);
        for (int round = 0; round < 15; round++) {
            ReservationRequest request = round % 2 == 0
                    ? ReservationRequest.of("item", 1).withId("request-" + round)
                    : ReservationRequest.of("item", 1).and("other", 1).withId("request-" + round);
            Set<UUID> made = ConcurrentHashMap.newKeySet();
            together((number, random) ->
                    made.add(instance(random).reserve(request).id()));
            assertThat(made).hasSize(1);
        }
        assertThat(resources.find("item"))
                .hasValueSatisfying(item -> assertThat(item.held()).isEqualTo(15));
        assertThat(resources.verify()).isEmpty();
    }

    @Test
    void requestsForTheSameResourcesInOppositeOrdersDoNotBlockEachOther() throws Exception {
        resources.create("a", 100_000);
        resources.create("b", 100_000);
        together((number, random) -> {
            for (int i = 0; i < 40; i++) {
                ReservationRequest request = number % 2 == 0
                        ? ReservationRequest.of("a", 1).and("b", 1)
                        : ReservationRequest.of("b", 1).and("a", 1);
                UUID id = instance(random).reserve(request).id();
                if (random.nextBoolean()) {
                    instance(random).release(id);
                }
            }
        });
        assertThat(resources.verify()).isEmpty();
    }

    @RepeatedTest(3)
    void aReservationEndsInOneWay() throws Exception {
        for (int i = 0; i < 4; i++) {
            resources.create("r" + i, 200, 1 + i);
        }
        Map<UUID, ReservationState> told = new ConcurrentHashMap<>();
        AtomicBoolean over = new AtomicBoolean();
        Future<?> expiry = callers.submit(() -> {
            while (!over.get()) {
                store(0).expire(7);
            }
        });
        TransactionTemplate transaction = database.transaction();
        together((number, random) -> {
            for (int i = 0; i < 60; i++) {
                if (random.nextInt(4) == 0) {
                    try {
                        transaction.executeWithoutResult(status -> {
                            step(random, null);
                            status.setRollbackOnly();
                        });
                    } catch (ConcurrencyFailureException e) {
                        // Callers who lock in an order of their own can block each other; the database says so.
                    }
                } else {
                    step(random, told);
                }
            }
        });
        over.set(true);
        expiry.get(60, TimeUnit.SECONDS);
        while (store(0).expire(1_000) > 0) {
            // Until none is left whose time is over.
        }
        assertThat(resources.verify()).isEmpty();
        told.forEach((id, state) -> {
            ReservationState is =
                    instances.get(0).find(id).map(Reservation::state).orElse(null);
            assertThat(is).as("%s was told to be %s", id, state).isEqualTo(state);
        });
        assertThat(told.values()).contains(ReservationState.CONFIRMED, ReservationState.RELEASED);
    }

    private void step(Random random, Map<UUID, ReservationState> told) {
        Escrow escrow = instance(random);
        ReservationRequest request = ReservationRequest.of("r" + random.nextInt(4), 1 + random.nextInt(5))
                .heldFor(random.nextInt(8) == 0 ? Duration.ofMinutes(1) : Duration.ofMillis(1 + random.nextInt(30)));
        if (random.nextInt(3) == 0) {
            request = request.and("r" + random.nextInt(4), 1 + random.nextInt(5));
        }
        try {
            UUID id = escrow.reserve(request).id();
            if (random.nextInt(3) == 0) {
                escrow.extend(id, Duration.ofMillis(20));
            }
            Escrow other = instance(random);
            Reservation ended = random.nextBoolean() ? other.confirm(id) : other.release(id);
            if (told != null) {
                told.put(id, ended.state());
            }
        } catch (InsufficientStockException | ReservationExpiredException e) {
            // It has not been reserved, or has ended by itself.
        }
    }

    private Escrow instance(Random random) {
        return instances.get(random.nextInt(INSTANCES));
    }

    private void together(Caller caller) throws Exception {
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int number = i;
            ends.add(callers.submit(() -> caller.run(number, new Random(number))));
        }
        for (Future<?> end : ends) {
            end.get(120, TimeUnit.SECONDS);
        }
    }

    private interface Caller {

        void run(int number, Random random);
    }
}
