package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.EscrowListener.Contention;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.ReservationEvent;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.PreparedStatementSetter;
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

    /**
     * Of reservations that are of one resource each, and new; a repeated one is an error. Answers of the resources that had
     * enough.
     */
    List<StockAnswer> reserve(List<NewReservation> reservations) {
        WantedStock wanted = new WantedStock(reservations);
        boolean one = wanted.isOfOneResource();
        return statements.change(
                one ? Sql.RESERVE_ONE : Sql.RESERVE,
                one ? Plan.ITS_OWN : Plan.byKeys(reservations.size()),
                one ? ofOne(wanted) : ofSeveral(wanted),
                new RowMapperResultSetExtractor<>((row, index) -> wanted.granted(row)),
                answers -> reserved(reservations, answers, (each, answer) -> true));
    }

    private PreparedStatementSetter ofOne(WantedStock wanted) {
        long quantity = wanted.quantities()[0];
        return statement -> {
            statement.setLong(1, quantity);
            statement.setLong(2, quantity);
            statement.setString(3, wanted.resources()[0]);
            statement.setInt(4, instance);
            statement.setLong(5, quantity);
            setNew(statement, 6, wanted.reservations());
        };
    }

    private PreparedStatementSetter ofSeveral(WantedStock wanted) {
        return statement -> {
            statement.setArray(1, Statements.array(statement, "text", wanted.resources()));
            statement.setObject(2, wanted.quantities());
            statement.setObject(3, wanted.firsts());
            statement.setObject(4, wanted.lasts());
            statement.setInt(5, instance);
            setNew(statement, 6, wanted.reservations());
        };
    }

    private static void setNew(PreparedStatement statement, int from, List<NewReservation> reservations)
            throws SQLException {
        statement.setArray(from, Statements.array(statement, "uuid", ids(reservations)));
        statement.setObject(from + 1, quantities(reservations));
        statement.setObject(from + 2, times(reservations));
    }

    /** Of the same, leaving out those that are known already, by their own ids or their requests'. Answers of all resources. */
    List<StockAnswer> reserveUnlessKnown(List<NewReservation> reservations) {
        boolean tells = statements.arePublished();
        return statements.change(
                tells ? Sql.RESERVE_UNLESS_KNOWN_AND_TELL : Sql.RESERVE_UNLESS_KNOWN,
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
                Sql.RESERVE_TOGETHER,
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

    /** Brings a quantity to this instance's stripe, if there is as much; answers how much there is altogether. */
    long gather(String resource, long quantity) {
        statements.contended(Contention.GATHERED);
        return Objects.requireNonNull(
                statements.run(jdbc -> jdbc.queryForObject(Sql.GATHER, Long.class, resource, instance, quantity)));
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
                events.add(ReservationEvent.of(ReserveRun.made(each, answer.now())));
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

    private static long[] times(List<NewReservation> reservations) {
        return reservations.stream()
                .mapToLong(each -> each.timeToLive().toMillis())
                .toArray();
    }
}
