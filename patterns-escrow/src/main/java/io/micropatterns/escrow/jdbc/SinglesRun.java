package io.micropatterns.escrow.jdbc;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.UnknownResourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * Reserves for many requests of a single resource each: in a first statement all of them, for mostly they are new and there is enough;
 * and in further ones, of each resource that had too little, those that fit, first come first served, where one that is too large
 * holds up none behind it.
 */
final class SinglesRun {

    private final StockStatements stock;
    private final HoldTable holds;
    private final List<NewReservation> asked;
    private final @Nullable ItemOutcome<Reservation>[] outcomes;
    private final List<Integer> pending = new ArrayList<>();
    /** What was available of a resource, as its last statement has left it. */
    private final Map<String, Long> left = new HashMap<>();

    @SuppressWarnings({"unchecked", "rawtypes"})
    SinglesRun(StockStatements stock, HoldTable holds, List<NewReservation> asked) {
        this.stock = stock;
        this.holds = holds;
        this.asked = asked;
        this.outcomes = new ItemOutcome[asked.size()];
    }

    List<ItemOutcome<Reservation>> run() {
        if (stock.mayFail() || asked.stream().allMatch(each -> each.request().requestId() == null)) {
            reserveAtOnce();
        }
        IntStream.range(0, asked.size()).filter(i -> outcomes[i] == null).forEach(pending::add);
        for (int i = 0; !pending.isEmpty() && i < ReserveRun.MOST_STATEMENTS; i++) {
            List<Integer> fitting = fitting();
            if (!fitting.isEmpty()) {
                reserve(fitting);
            }
            pending.removeIf(each -> outcomes[each] != null);
        }
        List<ItemOutcome<Reservation>> all = new ArrayList<>(asked.size());
        for (ItemOutcome<Reservation> outcome : outcomes) {
            all.add(outcome == null ? ReserveRun.contended() : outcome);
        }
        return all;
    }

    /** What this leaves undecided had too little, or is not new. */
    private void reserveAtOnce() {
        List<@Nullable Reservation> made;
        try {
            made = stock.reserve(asked);
        } catch (DuplicateKeyException e) {
            // A request is repeated, or a reservation was made after all when this was tried before.
            return;
        }
        for (int i = 0; i < made.size(); i++) {
            Reservation reservation = made.get(i);
            if (reservation != null) {
                end(i, ItemOutcome.success(reservation));
            }
        }
    }

    /** Those for which there should be enough; ends those for which there is not. */
    private List<Integer> fitting() {
        Map<String, Long> rest = new HashMap<>(left);
        List<Integer> fitting = new ArrayList<>(pending.size());
        List<Integer> refused = new ArrayList<>();
        for (int i : pending) {
            String resource = resource(i);
            Long of = rest.get(resource);
            if (of == null) {
                fitting.add(i);
            } else if (quantity(i) <= of) {
                fitting.add(i);
                rest.put(resource, of - quantity(i));
            } else if (quantity(i) > Objects.requireNonNull(left.get(resource))) {
                refused.add(i);
            }
        }
        refuse(refused);
        return fitting;
    }

    /** What is repeated, or was made when this was tried before, is not refused. */
    private void refuse(List<Integer> refused) {
        for (int i : unlessKnown(refused)) {
            end(
                    i,
                    ItemOutcome.failure(new InsufficientStockException(
                            resource(i), quantity(i), Objects.requireNonNull(left.get(resource(i))))));
        }
    }

    private void reserve(List<Integer> fitting) {
        Map<String, List<Integer>> byResource = fitting.stream().collect(Collectors.groupingBy(this::resource));
        for (StockAnswer answer :
                stock.reserveUnlessKnown(fitting.stream().map(asked::get).toList())) {
            List<Integer> of = Objects.requireNonNull(byResource.get(answer.resource()));
            if (!answer.known()) {
                of.forEach(i -> end(i, ItemOutcome.failure(new UnknownResourceException(answer.resource()))));
            } else if (answer.fits()) {
                reserved(of, answer);
            } else {
                long available = answer.striped()
                        ? stock.gather(answer.resource(), pendingOf(answer.resource()))
                        : answer.available();
                if (left.put(answer.resource(), available) != null) {
                    stock.changed();
                }
            }
        }
    }

    private void reserved(List<Integer> of, StockAnswer answer) {
        if (answer.striped()) {
            // Other stripes may have more.
            left.remove(answer.resource());
        } else {
            left.put(answer.resource(), answer.available() - answer.granted());
        }
        if (answer.reservations() == of.size()) {
            of.forEach(i -> end(i, ItemOutcome.success(asked.get(i).made(answer.now()))));
        } else {
            unlessKnown(of); // The rest are those whose repeated one has gone meanwhile.
        }
    }

    /** Ends those that were made before, by their own ids or their requests'; answers the others. */
    private List<Integer> unlessKnown(List<Integer> of) {
        Map<UUID, Reservation> made =
                holds.find(of.stream().map(i -> asked.get(i).id()).toList());
        Map<String, Reservation> before = holds.findByRequest(requests(of));
        List<Integer> others = new ArrayList<>();
        for (int i : of) {
            Reservation own = made.get(asked.get(i).id());
            Reservation first = before.get(asked.get(i).request().requestId());
            if (own != null) {
                end(i, ItemOutcome.success(own));
            } else if (first != null) {
                end(i, Repetition.outcome(asked.get(i).request(), first));
            } else {
                others.add(i);
            }
        }
        return others;
    }

    private void end(int i, ItemOutcome<Reservation> outcome) {
        outcomes[i] = outcome;
    }

    private List<String> requests(List<Integer> of) {
        return of.stream()
                .map(i -> asked.get(i).request().requestId())
                .filter(Objects::nonNull)
                .toList();
    }

    private String resource(int i) {
        return asked.get(i).onlyResource();
    }

    private long quantity(int i) {
        return asked.get(i).onlyQuantity();
    }

    private long[] pendingOf(String resource) {
        return pending.stream()
                .filter(i -> resource(i).equals(resource))
                .mapToLong(this::quantity)
                .toArray();
    }
}
