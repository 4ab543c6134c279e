package io.micropatterns.escrow.jdbc;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.EscrowException;
import io.micropatterns.escrow.Failures;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;

/**
 * Reserves for many requests at once: those of a single resource together, and each of several by itself, after those before it that
 * want one of its resources and before those behind it that do. When something fails after others have been decided, which is
 * committed, it fails for the rest alone.
 */
final class ReserveRun {

    /** Each further one means that others have changed the stock meanwhile, or that requests were repeated. */
    static final int MOST_STATEMENTS = 50;

    private final StockStatements stock;
    private final HoldTable holds;
    private final List<NewReservation> asked;
    private final @Nullable ItemOutcome<Reservation>[] outcomes;
    private boolean decided;

    @SuppressWarnings({"unchecked", "rawtypes"})
    ReserveRun(StockStatements stock, HoldTable holds, List<NewReservation> asked) {
        this.stock = stock;
        this.holds = holds;
        this.asked = asked;
        this.outcomes = new ItemOutcome[asked.size()];
    }

    List<ItemOutcome<Reservation>> run() {
        if (asked.stream().allMatch(NewReservation::isOfOneResource)) {
            reserveSingles(IntStream.range(0, asked.size()).boxed().toList());
        } else {
            reserveInOrder();
        }
        return Arrays.stream(outcomes).map(Objects::requireNonNull).toList();
    }

    static ItemOutcome<Reservation> contended() {
        return ItemOutcome.failure(new EscrowException(
                "The stock changed " + MOST_STATEMENTS + " times while it was being reserved", null));
    }

    private void reserveInOrder() {
        List<Integer> singles = new ArrayList<>();
        Set<String> wanted = new HashSet<>();
        for (int i = 0; i < asked.size(); i++) {
            NewReservation each = asked.get(i);
            Set<String> resources = each.request().quantities().keySet();
            if (each.isOfOneResource()) {
                singles.add(i);
                wanted.addAll(resources);
                continue;
            }
            if (resources.stream().anyMatch(wanted::contains)) {
                reserveSingles(singles);
                singles.clear();
                wanted.clear();
            }
            decide(List.of(i), () -> List.of(new TogetherRun(stock, holds, each).run()));
        }
        reserveSingles(singles);
    }

    private void reserveSingles(List<Integer> singles) {
        if (singles.isEmpty()) {
            return;
        }
        try {
            decide(singles, () -> runOf(singles));
        } catch (CannotAcquireLockException e) {
            Collection<List<Integer>> byResource = singles.stream()
                    .collect(Collectors.groupingBy(i -> asked.get(i).onlyResource()))
                    .values();
            if (byResource.size() == 1) {
                throw e;
            }
            // Whoever locks one of them shall not hold up the others.
            byResource.forEach(of -> decideAlone(of, () -> runOf(of)));
        }
    }

    private List<ItemOutcome<Reservation>> runOf(List<Integer> singles) {
        List<NewReservation> of = singles.size() == asked.size()
                ? asked
                : singles.stream().map(asked::get).toList();
        return new SinglesRun(stock, holds, of).run();
    }

    private void decide(List<Integer> which, Supplier<List<ItemOutcome<Reservation>>> run) {
        if (decided) {
            decideAlone(which, run);
        } else {
            put(which, run.get());
        }
    }

    /** Its failure does not become that of the others, unless they would fail the same way. */
    private void decideAlone(List<Integer> which, Supplier<List<ItemOutcome<Reservation>>> run) {
        if (outcomes[which.get(0)] != null) {
            return;
        }
        try {
            put(which, run.get());
        } catch (RuntimeException e) {
            List<Integer> failed = Failures.mayBeOfOneRequest(e) ? which : undecided();
            failed.forEach(i -> outcomes[i] = ItemOutcome.failure(e));
            decided = true;
        }
    }

    private void put(List<Integer> which, List<ItemOutcome<Reservation>> made) {
        for (int i = 0; i < made.size(); i++) {
            outcomes[which.get(i)] = made.get(i);
        }
        decided = true;
    }

    private List<Integer> undecided() {
        return IntStream.range(0, outcomes.length)
                .filter(i -> outcomes[i] == null)
                .boxed()
                .toList();
    }
}
