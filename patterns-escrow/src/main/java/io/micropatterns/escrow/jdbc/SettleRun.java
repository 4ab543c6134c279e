package io.micropatterns.escrow.jdbc;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationException;
import io.micropatterns.escrow.ReservationExpiredException;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.Settlement;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Ends reservations for many callers at once. */
final class SettleRun {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Statements statements;
    private final HoldTable holds;
    private final List<Settlement> asked;

    SettleRun(Statements statements, HoldTable holds, List<Settlement> asked) {
        this.statements = statements;
        this.holds = holds;
        this.asked = asked;
    }

    List<ItemOutcome<Reservation>> run() {
        Map<Settlement, ItemOutcome<Reservation>> outcomes = new HashMap<>();
        List<Settlement> rest = List.copyOf(new LinkedHashSet<>(asked));
        while (!rest.isEmpty()) {
            Map<UUID, Settlement> first = new LinkedHashMap<>();
            List<Settlement> later = new ArrayList<>();
            for (Settlement settlement : rest) {
                if (first.putIfAbsent(settlement.reservation(), settlement) != null) {
                    later.add(settlement);
                }
            }
            try {
                settle(List.copyOf(first.values()), outcomes);
            } catch (RuntimeException e) {
                if (outcomes.isEmpty() || !statements.areTransactions()) {
                    throw e;
                }
                // What was done is committed, and would be taken for somebody else's if all were tried again.
                asked.forEach(settlement -> outcomes.putIfAbsent(settlement, ItemOutcome.failure(e)));
                break;
            }
            rest = later;
        }
        return answers(outcomes);
    }

    private List<ItemOutcome<Reservation>> answers(Map<Settlement, ItemOutcome<Reservation>> outcomes) {
        Set<Settlement> answered = new HashSet<>();
        List<ItemOutcome<Reservation>> answers = new ArrayList<>(asked.size());
        for (Settlement settlement : asked) {
            ItemOutcome<Reservation> outcome = Objects.requireNonNull(outcomes.get(settlement));
            boolean again = !answered.add(settlement) && settlement.once() && outcome instanceof ItemOutcome.Success;
            answers.add(again ? ItemOutcome.failure(confirmedByAnother(settlement)) : outcome);
        }
        return answers;
    }

    private static ReservationException confirmedByAnother(Settlement settlement) {
        return new ReservationException(settlement.reservation(), "was confirmed by another call");
    }

    private void settle(List<Settlement> settlements, Map<Settlement, ItemOutcome<Reservation>> outcomes) {
        Map<UUID, Reservation> ended = end(settlements);
        List<Settlement> others = new ArrayList<>();
        for (Settlement settlement : settlements) {
            Reservation reservation = ended.get(settlement.reservation());
            if (reservation == null) {
                others.add(settlement);
            } else {
                outcomes.put(settlement, ItemOutcome.success(reservation));
            }
        }
        Map<UUID, Reservation> found =
                holds.find(others.stream().map(Settlement::reservation).toList());
        for (Settlement settlement : others) {
            outcomes.put(settlement, notEnded(settlement, found.get(settlement.reservation())));
        }
    }

    private Map<UUID, Reservation> end(List<Settlement> settlements) {
        boolean single = settlements.size() == 1;
        return statements.change(
                single ? EndSql.SETTLE_SINGLE : EndSql.SETTLE,
                Plan.of(settlements.size()),
                statement -> {
                    if (single) {
                        statement.setObject(1, settlements.get(0).reservation());
                        statement.setBoolean(2, settlements.get(0).confirms());
                        statement.setString(3, part(settlements.get(0)));
                    } else {
                        statement.setArray(1, array(statement, "uuid", settlements, Settlement::reservation));
                        statement.setArray(2, array(statement, "bool", settlements, Settlement::confirms));
                        statement.setArray(3, array(statement, "text", settlements, SettleRun::part));
                    }
                },
                new ReservationLines(),
                ReservationLines::events);
    }

    private static Array array(
            PreparedStatement statement,
            String type,
            List<Settlement> settlements,
            Function<Settlement, @Nullable Object> value)
            throws SQLException {
        return Statements.array(statement, type, settlements.stream().map(value).toArray());
    }

    private static @Nullable String part(Settlement settlement) {
        return settlement.part() == null ? null : JSON.writeValueAsString(settlement.part());
    }

    private static ItemOutcome<Reservation> notEnded(Settlement settlement, @Nullable Reservation found) {
        UUID id = settlement.reservation();
        if (found == null) {
            return ItemOutcome.failure(ReservationException.unknown(id));
        }
        if (isAsWanted(settlement, found)) {
            return ItemOutcome.success(found);
        }
        return ItemOutcome.failure(
                switch (found.state()) {
                    case HELD ->
                        settlement.part() != null && !isWithin(settlement.part(), found)
                                ? new ReservationException(
                                        id, "holds " + found.quantities() + ", and not " + settlement.part())
                                : new ReservationExpiredException(id, found.expiresAt());
                    case EXPIRED -> new ReservationExpiredException(id, found.expiresAt());
                    case CONFIRMED ->
                        settlement.once()
                                ? confirmedByAnother(settlement)
                                : new ReservationException(id, "was confirmed, with " + found.confirmed());
                    case RELEASED -> new ReservationException(id, "was released");
                });
    }

    private static boolean isWithin(Map<String, Long> part, Reservation found) {
        return part.entrySet().stream()
                .allMatch(entry -> entry.getValue() >= 0
                        && entry.getValue() <= found.quantities().getOrDefault(entry.getKey(), -1L));
    }

    /** It was done before, or there is nothing to do. */
    private static boolean isAsWanted(Settlement settlement, Reservation found) {
        if (!settlement.confirms()) {
            return found.state() == ReservationState.RELEASED || found.state() == ReservationState.EXPIRED;
        }
        if (found.state() != ReservationState.CONFIRMED || settlement.once()) {
            return false;
        }
        Map<String, Long> part = settlement.part();
        Map<String, Long> wanted = new HashMap<>(found.quantities());
        if (part != null) {
            wanted.replaceAll((resource, quantity) -> part.getOrDefault(resource, 0L));
        }
        return found.confirmed().equals(wanted);
    }
}
