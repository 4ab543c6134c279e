package io.micropatterns.escrow.jdbc;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.EscrowException;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.UnknownResourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * Reserves for many requests at once: in a first statement all of them, for mostly they are new and there is enough; and in further
 * ones, of each resource that had too little, those that fit, first come first served, where one that is too large holds up none
 * behind it.
 */
final class ReserveRun {

    /** Each further one means that others have changed the stock meanwhile, or that requests were repeated. */
    static final int MOST_STATEMENTS = 50;

    private final StockStatements stock;
    private final HoldTable holds;
    private final List<NewReservation> asked;
    private final @Nullable ItemOutcome<Reservation>[] outcomes;
    private final List<Integer> pending = new ArrayList<>();
    private boolean first = true;
    /** What was available of a resource, as its last statement has left it. */
    private final Map<String, Long> left = new HashMap<>();

    @SuppressWarnings({"unchecked", "rawtypes"})
    ReserveRun(StockStatements stock, HoldTable holds, List<NewReservation> asked) {
        this.stock = stock;
        this.holds = holds;
        this.asked = asked;
        this.outcomes = new ItemOutcome[asked.size()];
    }

    List<ItemOutcome<Reservation>> run() {
        for (int i = 0; i < asked.size(); i++) {
            if (asked.get(i).isOfOneResource()) {
                pending.add(i);
            }
        }
        for (int statements = 0; !pending.isEmpty() && statements < MOST_STATEMENTS; statements++) {
            List<Integer> fitting = fitting();
            if (!fitting.isEmpty()) {
                reserve(fitting);
            }
            pending.removeIf(i -> outcomes[i] != null);
        }
        List<ItemOutcome<Reservation>> all = new ArrayList<>(asked.size());
        for (int i = 0; i < asked.size(); i++) {
            ItemOutcome<Reservation> outcome = outcomes[i];
            if (outcome == null && !asked.get(i).isOfOneResource()) {
                outcome = new TogetherRun(stock, holds, asked.get(i)).run();
            }
            all.add(outcome == null ? contended() : outcome);
        }
        return all;
    }

    static ItemOutcome<Reservation> contended() {
        return ItemOutcome.failure(new EscrowException(
                "The stock changed " + MOST_STATEMENTS + " times while it was being reserved", null));
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

    /** A request that is repeated is not refused. */
    private void refuse(List<Integer> refused) {
        Map<String, Reservation> before = holds.findByRequest(requests(refused));
        for (int i : refused) {
            Reservation first = before.get(asked.get(i).request().requestId());
            end(
                    i,
                    first != null
                            ? Repetition.outcome(asked.get(i).request(), first)
                            : ItemOutcome.failure(new InsufficientStockException(
                                    resource(i), quantity(i), Objects.requireNonNull(left.get(resource(i))))));
        }
    }

    private void reserve(List<Integer> fitting) {
        Map<String, List<Integer>> byResource = fitting.stream().collect(Collectors.groupingBy(this::resource));
        for (StockAnswer answer : ask(fitting.stream().map(asked::get).toList())) {
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

    private List<StockAnswer> ask(List<NewReservation> fitting) {
        if (first) {
            first = false;
            if (fitting.stream().allMatch(each -> each.request().requestId() == null)) {
                try {
                    return stock.reserve(fitting);
                } catch (DuplicateKeyException e) {
                    // One was made after all when it was tried before.
                }
            }
        }
        return stock.reserveUnlessKnown(fitting);
    }

    private void reserved(List<Integer> of, StockAnswer answer) {
        if (answer.striped()) {
            // Other stripes may have more.
            left.remove(answer.resource());
        } else {
            left.put(answer.resource(), answer.available() - answer.granted());
        }
        if (answer.reservations() == of.size()) {
            of.forEach(i -> end(i, ItemOutcome.success(made(asked.get(i), answer.now()))));
        } else {
            repeated(of);
        }
    }

    /** Some of these, or their requests, were known already. */
    private void repeated(List<Integer> of) {
        Map<UUID, Reservation> made =
                holds.find(of.stream().map(i -> asked.get(i).id()).toList());
        Map<String, Reservation> before = holds.findByRequest(requests(of));
        for (int i : of) {
            Reservation own = made.get(asked.get(i).id());
            Reservation first = before.get(asked.get(i).request().requestId());
            if (own != null) {
                end(i, ItemOutcome.success(own));
            } else if (first != null) {
                end(i, Repetition.outcome(asked.get(i).request(), first));
            }
            // Otherwise the one that it repeated has gone meanwhile.
        }
    }

    static Reservation made(NewReservation reservation, Instant now) {
        return new Reservation(
                reservation.id(),
                reservation.request().quantities(),
                Map.of(),
                ReservationState.HELD,
                now.plus(reservation.timeToLive()),
                reservation.request().requestId());
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

    private long pendingOf(String resource) {
        return pending.stream()
                .filter(i -> resource(i).equals(resource))
                .mapToLong(this::quantity)
                .sum();
    }
}
