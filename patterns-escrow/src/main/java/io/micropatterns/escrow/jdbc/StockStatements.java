package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.EscrowListener.Contention;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationEvent;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ResultSetExtractor;
import org.springframework.jdbc.core.RowMapperResultSetExtractor;

/** The statements that reserve, on this instance's stripes. */
final class StockStatements {

    private static final ResultSetExtractor<List<StockAnswer>> ANSWERS =
            new RowMapperResultSetExtractor<>((row, index) -> StockAnswer.of(row));

    private static final ResultSetExtractor<List<StockAnswer>> TELLING_ANSWERS =
            new RowMapperResultSetExtractor<>((row, index) -> StockAnswer.telling(row));

    private final Statements statements;
    private final int instance;

    StockStatements(Statements statements, int instance) {
        this.statements = statements;
        this.instance = instance;
    }

    /** Whether a statement that fails undoes nothing but itself. */
    boolean mayFail() {
        return statements.areTransactions();
    }

    /**
     * Of reservations that are of one resource each, and new. Answers for each the reservation, or nothing where the resource had not
     * enough for all that want it.
     *
     * @throws org.springframework.dao.DuplicateKeyException when one is not new; none is made
     */
    List<@Nullable Reservation> reserve(List<NewReservation> reservations) {
        if (reservations.size() == 1) {
            return Collections.singletonList(reserveSingle(reservations.get(0)));
        }
        WantedStock wanted = new WantedStock(reservations);
        return wanted.isOfOneResource() && haveOneTime(reservations) ? reserveOfOne(wanted) : reserveOfSeveral(wanted);
    }

    private @Nullable Reservation reserveSingle(NewReservation asked) {
        return statements.change(
                ReserveSql.RESERVE_SINGLE,
                Plan.ITS_OWN,
                statement -> {
                    int next = setMove(statement, asked.onlyResource(), asked.onlyQuantity());
                    statement.setObject(next, asked.id());
                    statement.setLong(next + 1, asked.onlyQuantity());
                    statement.setLong(next + 2, asked.timeToLive().toMillis());
                    statement.setString(next + 3, asked.request().requestId());
                },
                row -> row.next() ? asked.madeUntil(ReservationLines.instant(row, "expires_at")) : null,
                made -> made == null ? List.of() : List.of(ReservationEvent.of(made)));
    }

    private List<@Nullable Reservation> reserveOfOne(WantedStock wanted) {
        List<NewReservation> reservations = wanted.reservations();
        boolean byRequests = anyHasRequest(reservations);
        return statements.change(
                byRequests ? ReserveSql.RESERVE_OF_ONE_BY_REQUESTS : ReserveSql.RESERVE_OF_ONE,
                Plan.ITS_OWN,
                statement -> {
                    int next = setMove(statement, wanted.resources()[0], wanted.quantities()[0]);
                    setNew(statement, next, reservations, time(reservations), byRequests);
                },
                wanted::made,
                StockStatements::reserved);
    }

    /** Answers the number of the next parameter. */
    private int setMove(PreparedStatement statement, String resource, long quantity) throws SQLException {
        statement.setLong(1, quantity);
        statement.setLong(2, quantity);
        statement.setString(3, statements.lockTimeout());
        statement.setString(4, statements.lockTimeout());
        statement.setString(5, resource);
        statement.setInt(6, instance);
        statement.setLong(7, quantity);
        return 8;
    }

    private List<@Nullable Reservation> reserveOfSeveral(WantedStock wanted) {
        List<NewReservation> reservations = wanted.reservations();
        boolean byRequests = anyHasRequest(reservations);
        return statements.change(
                byRequests ? ReserveSql.RESERVE_BY_REQUESTS : ReserveSql.RESERVE,
                Plan.byKeys(reservations.size()),
                statement -> {
                    statement.setArray(1, Statements.array(statement, "text", wanted.resources()));
                    statement.setObject(2, wanted.quantities());
                    statement.setObject(3, wanted.firsts());
                    statement.setObject(4, wanted.lasts());
                    statement.setInt(5, instance);
                    setNew(statement, 6, reservations, times(reservations), byRequests);
                },
                wanted::made,
                StockStatements::reserved);
    }

    private static boolean anyHasRequest(List<NewReservation> reservations) {
        return reservations.stream().anyMatch(each -> each.request().requestId() != null);
    }

    private static void setNew(
            PreparedStatement statement, int from, List<NewReservation> reservations, Object times, boolean byRequests)
            throws SQLException {
        statement.setArray(from, Statements.array(statement, "uuid", ids(reservations)));
        statement.setObject(from + 1, quantities(reservations));
        statement.setObject(from + 2, times);
        if (byRequests) {
            statement.setArray(from + 3, Statements.array(statement, "text", requests(reservations)));
        }
    }

    private static List<ReservationEvent> reserved(List<@Nullable Reservation> made) {
        return made.stream().filter(Objects::nonNull).map(ReservationEvent::of).toList();
    }

    /** Of the same, leaving out those that are known already, by their own ids or their requests'. Answers of all resources. */
    List<StockAnswer> reserveUnlessKnown(List<NewReservation> reservations) {
        boolean tells = statements.arePublished();
        return statements.change(
                tells ? ReserveSql.RESERVE_UNLESS_KNOWN_AND_TELL : ReserveSql.RESERVE_UNLESS_KNOWN,
                Plan.of(reservations.size()),
                statement -> {
                    statement.setArray(1, Statements.array(statement, "uuid", ids(reservations)));
                    statement.setArray(2, Statements.array(statement, "text", resources(reservations)));
                    statement.setObject(3, quantities(reservations));
                    statement.setObject(4, times(reservations));
                    statement.setArray(5, Statements.array(statement, "text", requests(reservations)));
                    statement.setInt(6, instance);
                    statement.setInt(7, instance);
                },
                tells ? TELLING_ANSWERS : ANSWERS,
                answers -> reserved(
                        reservations, answers, (each, answer) -> answer.made().contains(each.id())));
    }

    /** Of a reservation of several resources. */
    List<StockAnswer> reserveTogether(NewReservation reservation) {
        Map<String, Long> quantities = reservation.request().quantities();
        return statements.change(
                ReserveSql.RESERVE_TOGETHER,
                Plan.of(quantities.size()),
                statement -> {
                    statement.setArray(
                            1,
                            Statements.array(
                                    statement, "text", quantities.keySet().toArray()));
                    statement.setObject(
                            2,
                            quantities.values().stream()
                                    .mapToLong(Long::longValue)
                                    .toArray());
                    statement.setInt(3, instance);
                    statement.setObject(4, reservation.id());
                    statement.setLong(5, reservation.timeToLive().toMillis());
                    statement.setString(6, reservation.request().requestId());
                    statement.setObject(7, reservation.id());
                    statement.setLong(8, reservation.timeToLive().toMillis());
                    statement.setInt(9, instance);
                },
                ANSWERS,
                answers -> reserved(List.of(reservation), answers, (each, answer) -> answer.reserves()));
    }

    /** Brings to this instance's stripe what of these quantities there is at all; answers how much there is altogether. */
    long gather(String resource, long... quantities) {
        return statements.query(
                ReserveSql.GATHER,
                Plan.of(1),
                statement -> {
                    statement.setString(1, resource);
                    statement.setInt(2, instance);
                    statement.setObject(3, quantities);
                },
                row -> {
                    row.next();
                    if (row.getLong("brought") > 0) {
                        statements.contended(Contention.GATHERED);
                    }
                    return row.getLong("available");
                });
    }

    /** There was less than the statement before had left. */
    void changed() {
        statements.contended(Contention.CHANGED);
    }

    /** Tells of those whose resource's answer says that they are made. */
    private static List<ReservationEvent> reserved(
            List<NewReservation> asked, List<StockAnswer> answers, BiPredicate<NewReservation, StockAnswer> isMade) {
        Map<String, StockAnswer> byResource =
                answers.stream().collect(Collectors.toMap(StockAnswer::resource, Function.identity()));
        List<ReservationEvent> events = new ArrayList<>(asked.size());
        for (NewReservation each : asked) {
            StockAnswer answer = byResource.get(each.onlyResource());
            if (answer != null && isMade.test(each, answer)) {
                events.add(ReservationEvent.of(each.made(answer.now())));
            }
        }
        return events;
    }

    private static Object[] ids(List<NewReservation> reservations) {
        return reservations.stream().map(NewReservation::id).toArray();
    }

    private static Object[] resources(List<NewReservation> reservations) {
        return reservations.stream().map(NewReservation::onlyResource).toArray();
    }

    private static Object[] requests(List<NewReservation> reservations) {
        return reservations.stream().map(each -> each.request().requestId()).toArray();
    }

    private static long[] quantities(List<NewReservation> reservations) {
        return reservations.stream().mapToLong(NewReservation::onlyQuantity).toArray();
    }

    private static boolean haveOneTime(List<NewReservation> reservations) {
        long first = time(reservations);
        return reservations.stream().allMatch(each -> each.timeToLive().toMillis() == first);
    }

    private static long time(List<NewReservation> reservations) {
        return reservations.get(0).timeToLive().toMillis();
    }

    private static long[] times(List<NewReservation> reservations) {
        return reservations.stream()
                .mapToLong(each -> each.timeToLive().toMillis())
                .toArray();
    }
}
