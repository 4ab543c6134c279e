package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.springframework.transaction.support.TransactionTemplate;

/** Random sequences of operations, by several instances and in and out of transactions, beside a sequential model. */
@SuppressWarnings("NullAway.Init")
class EscrowModelTests {

    private static final int OPERATIONS = 120;

    private static EscrowDatabase database;
    private static PublishedEvents events;

    private final List<String> names = new ArrayList<>();
    private final Map<String, Long> available = new HashMap<>();
    private final Map<String, Long> consumed = new HashMap<>();
    private final Map<UUID, Reservation> reservations = new HashMap<>();
    private final Map<UUID, Boolean> late = new HashMap<>();
    private final List<UUID> ids = new ArrayList<>();
    private final List<Escrow> escrows = new ArrayList<>();

    private boolean publishes;
    private Random random;
    private EscrowResources resources;
    private TransactionTemplate transaction;

    @BeforeAll
    static void startDatabase() {
        database = new EscrowDatabase();
        events = new PublishedEvents(database);
    }

    @AfterAll
    static void stopDatabase() {
        database.close();
    }

    @RepeatedTest(25)
    void doesAsTheModel(RepetitionInfo repetition) {
        random = new Random(repetition.getCurrentRepetition());
        resources = database.resources();
        transaction = database.transaction();
        publishes = random.nextBoolean();
        for (int i = 0; i < 3; i++) {
            escrows.add(Escrow.builder(store(i)).build());
            String name = "r" + i + "-" + UUID.randomUUID();
            names.add(name);
            long total = random.nextInt(30);
            resources.create(name, total, 1 + random.nextInt(4));
            available.put(name, total);
            consumed.put(name, 0L);
        }
        for (int i = 0; i < OPERATIONS; i++) {
            step();
        }
        store(0).expire(1_000);
        assertThat(resources.verify()).isEmpty();
        assertThat(events.verify(names)).isEqualTo(publishes ? ids.size() : 0);
        for (String name : names) {
            Resource resource = resources.find(name).orElseThrow();
            assertThat(resource.consumed()).isEqualTo(consumed.get(name));
        }
        ids.forEach(id -> assertThat(escrow().find(id)).map(Reservation::state).contains(expected(id)));
        escrows.forEach(Escrow::close);
    }

    private ReservationState expected(UUID id) {
        ReservationState state = reservation(id).state();
        return state == ReservationState.HELD && isLate(id) ? ReservationState.EXPIRED : state;
    }

    private EscrowStore store(int instance) {
        return publishes ? database.store(instance, events) : database.store(instance);
    }

    private void step() {
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> reserve();
            case 4 -> repeatRequest();
            case 5 -> confirm();
            case 6 -> confirmPart();
            case 7 -> release();
            case 8 -> timePasses();
            default -> restock();
        }
        assertStock();
    }

    private Escrow escrow() {
        return escrows.get(random.nextInt(escrows.size()));
    }

    /** In a transaction or not, and one that is rolled back leaves nothing. */
    private <T> T call(Supplier<T> call) {
        if (random.nextInt(4) == 0) {
            transaction.executeWithoutResult(status -> {
                try {
                    assertThat(call.get()).isNotNull();
                } catch (EscrowException e) {
                    // Then it has done nothing here, either.
                }
                status.setRollbackOnly();
            });
        }
        if (random.nextBoolean()) {
            return call.get();
        }
        return transaction.execute(status -> call.get());
    }

    private void reserve() {
        ReservationRequest request = ReservationRequest.of(name(), 1 + random.nextInt(8));
        if (random.nextInt(3) == 0) {
            request = request.and(name(), 1 + random.nextInt(8)).and(name(), 1 + random.nextInt(4));
        }
        if (random.nextBoolean()) {
            request = request.withId("request-" + UUID.randomUUID());
        }
        ReservationRequest asked = request;
        Escrow escrow = escrow();
        boolean fits = asked.quantities().entrySet().stream()
                .allMatch(line -> line.getValue() <= available.get(line.getKey()));
        if (!fits) {
            assertThatThrownBy(() -> call(() -> escrow.reserve(asked))).isInstanceOf(InsufficientStockException.class);
            return;
        }
        Reservation made = call(() -> escrow.reserve(asked));
        assertThat(made.quantities()).isEqualTo(asked.quantities());
        reservations.put(made.id(), made);
        ids.add(made.id());
        asked.quantities().forEach((name, quantity) -> available.merge(name, -quantity, Long::sum));
    }

    private void repeatRequest() {
        UUID id = anyReservation();
        if (id == null || reservation(id).requestId() == null) {
            return;
        }
        Reservation first = reservation(id);
        ReservationRequest request = new ReservationRequest(new TreeMap<>(first.quantities()), null, first.requestId());
        assertThat(call(() -> escrow().reserve(request)).id()).isEqualTo(id);
        ReservationRequest another = request.and(names.get(0), 99);
        assertThatThrownBy(() -> call(() -> escrow().reserve(another))).isInstanceOf(EscrowException.class);
    }

    private void confirm() {
        UUID id = anyReservation();
        if (id == null) {
            return;
        }
        settle(id, Settlement.confirm(id), reservation(id).quantities());
    }

    private void confirmPart() {
        UUID id = anyReservation();
        if (id == null) {
            return;
        }
        Map<String, Long> part = new HashMap<>();
        reservation(id).quantities().forEach((name, quantity) -> {
            if (random.nextBoolean()) {
                part.put(name, (long) random.nextInt((int) (quantity + 2)));
            }
        });
        Map<String, Long> taken = new HashMap<>();
        reservation(id).quantities().forEach((name, quantity) -> taken.put(name, part.getOrDefault(name, 0L)));
        settle(id, Settlement.confirm(id, part), taken);
    }

    private void settle(UUID id, Settlement settlement, Map<String, Long> taken) {
        Reservation before = reservation(id);
        Escrow escrow = escrow();
        Supplier<Reservation> confirming =
                () -> settlement.part() == null ? escrow.confirm(id) : escrow.confirm(id, settlement.part());
        boolean tooMuch = taken.entrySet().stream()
                .anyMatch(line -> line.getValue() > before.quantities().get(line.getKey()));
        if (before.state() == ReservationState.HELD && !isLate(id) && !tooMuch) {
            Reservation after = call(confirming);
            assertThat(after.confirmed()).isEqualTo(taken);
            taken.forEach((name, quantity) -> consumed.merge(name, quantity, Long::sum));
            before.quantities()
                    .forEach((name, quantity) -> available.merge(name, quantity - taken.get(name), Long::sum));
            reservations.put(id, after);
        } else if (before.state() == ReservationState.CONFIRMED
                && before.confirmed().equals(taken)) {
            assertThatCode(() -> call(confirming)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> call(confirming)).isInstanceOf(ReservationException.class);
        }
    }

    private void release() {
        UUID id = anyReservation();
        if (id == null) {
            return;
        }
        Reservation before = reservation(id);
        Escrow escrow = escrow();
        if (before.state() == ReservationState.CONFIRMED) {
            assertThatThrownBy(() -> call(() -> escrow.release(id))).isInstanceOf(ReservationException.class);
            return;
        }
        Reservation after = call(() -> escrow.release(id));
        if (before.state() == ReservationState.HELD) {
            before.quantities().forEach((name, quantity) -> available.merge(name, quantity, Long::sum));
            assertThat(after.state()).isEqualTo(ReservationState.RELEASED);
        }
        reservations.put(id, after);
    }

    private void timePasses() {
        UUID id = anyReservation();
        if (id != null && reservation(id).state() == ReservationState.HELD) {
            if (!isLate(id) && random.nextBoolean()) {
                call(() -> escrow().extend(id, Duration.ofHours(1)));
            }
            database.letExpire(id);
            late.put(id, true);
        }
        if (random.nextBoolean()) {
            expire();
        }
    }

    private void expire() {
        int limit = 1 + random.nextInt(3);
        int expired = store(0).expire(limit);
        assertThat(expired).isLessThanOrEqualTo(limit);
        int found = 0;
        for (UUID id : ids) {
            Reservation now = escrow().find(id).orElseThrow();
            if (now.state() == ReservationState.EXPIRED && reservation(id).state() == ReservationState.HELD) {
                assertThat(isLate(id)).isTrue();
                now.quantities().forEach((name, quantity) -> available.merge(name, quantity, Long::sum));
                reservations.put(id, now);
                found++;
            }
        }
        assertThat(found).isEqualTo(expired);
    }

    private void restock() {
        String name = name();
        long quantity = 1 + random.nextInt(6);
        if (random.nextBoolean()) {
            call(() -> resources.topUp(name, quantity));
            available.merge(name, quantity, Long::sum);
        } else if (quantity <= available.get(name)) {
            call(() -> resources.reduce(name, quantity));
            available.merge(name, -quantity, Long::sum);
        } else {
            assertThatThrownBy(() -> call(() -> resources.reduce(name, quantity)))
                    .isInstanceOf(InsufficientStockException.class);
        }
    }

    private void assertStock() {
        for (String name : names) {
            Resource resource = resources.find(name).orElseThrow();
            assertThat(resource.available()).as(name).isEqualTo(available.get(name));
            if (resource.available() + resource.held() + resource.consumed() != resource.total()) {
                fail("does not add up: " + resource);
            }
        }
    }

    private String name() {
        return names.get(random.nextInt(names.size()));
    }

    private UUID anyReservation() {
        return ids.isEmpty() ? null : ids.get(random.nextInt(ids.size()));
    }

    private Reservation reservation(UUID id) {
        return reservations.get(id);
    }

    private boolean isLate(UUID id) {
        return late.getOrDefault(id, false);
    }
}
