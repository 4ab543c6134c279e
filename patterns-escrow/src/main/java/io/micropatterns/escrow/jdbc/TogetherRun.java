package io.micropatterns.escrow.jdbc;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.UnknownResourceException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reserves several resources for one request, or nothing. */
final class TogetherRun {

    private final StockStatements stock;
    private final HoldTable holds;
    private final NewReservation asked;

    TogetherRun(StockStatements stock, HoldTable holds, NewReservation asked) {
        this.stock = stock;
        this.holds = holds;
        this.asked = asked;
    }

    ItemOutcome<Reservation> run() {
        for (int i = 0; i < ReserveRun.MOST_STATEMENTS; i++) {
            ItemOutcome<Reservation> outcome = attempt();
            if (outcome != null) {
                return outcome;
            }
            if (i > 0) {
                stock.changed();
            }
        }
        return ReserveRun.contended();
    }

    private @Nullable ItemOutcome<Reservation> attempt() {
        List<StockAnswer> answers = stock.reserveTogether(asked);
        StockAnswer any = answers.get(0);
        if (any.reserves()) {
            return ItemOutcome.success(asked.made(any.now()));
        }
        Reservation known = known();
        if (known != null) {
            return Repetition.outcome(asked.request(), known);
        }
        for (StockAnswer answer : answers) {
            if (!answer.known()) {
                return ItemOutcome.failure(new UnknownResourceException(answer.resource()));
            }
            long quantity = quantity(answer);
            if (answer.available() < quantity) {
                long all = answer.striped() ? stock.gather(answer.resource(), quantity) : answer.available();
                if (all < quantity) {
                    return ItemOutcome.failure(new InsufficientStockException(answer.resource(), quantity, all));
                }
            }
        }
        return null;
    }

    private long quantity(StockAnswer answer) {
        return Objects.requireNonNull(asked.request().quantities().get(answer.resource()));
    }

    private @Nullable Reservation known() {
        Reservation own = holds.find(List.of(asked.id())).get(asked.id());
        String request = asked.request().requestId();
        if (own != null || request == null) {
            return own;
        }
        return holds.findByRequest(List.of(request)).get(request);
    }
}
