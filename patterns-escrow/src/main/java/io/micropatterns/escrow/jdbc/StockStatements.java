package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.NewReservation;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The statements that reserve, on this instance's stripes. */
final class StockStatements {

    private final Statements statements;
    private final int instance;

    StockStatements(Statements statements, int instance) {
        this.statements = statements;
        this.instance = instance;
    }

    /** Of reservations that are of one resource each, and new; a repeated one is an error. */
    List<StockAnswer> reserve(List<NewReservation> reservations) {
        WantedStock wanted = new WantedStock(reservations);
        return statements.run(jdbc -> jdbc.query(
                Sql.RESERVE,
                statement -> {
                    statement.setArray(1, Statements.array(statement, "text", wanted.resources()));
                    statement.setObject(2, wanted.quantities());
                    statement.setObject(3, wanted.smallest());
                    statement.setObject(4, wanted.reservations());
                    statement.setInt(5, instance);
                    statement.setArray(6, Statements.array(statement, "uuid", ids(reservations)));
                    statement.setObject(7, wanted.places());
                    statement.setObject(8, quantities(reservations));
                    statement.setObject(9, times(reservations));
                    statement.setInt(10, instance);
                },
                (row, index) -> StockAnswer.of(row)));
    }

    /** The same, leaving out those that are known already, by their own ids or their requests'. */
    List<StockAnswer> reserveUnlessKnown(List<NewReservation> reservations) {
        return statements.run(jdbc -> jdbc.query(
                Sql.RESERVE_UNLESS_KNOWN,
                statement -> {
                    statement.setArray(1, Statements.array(statement, "uuid", ids(reservations)));
                    statement.setArray(2, Statements.array(statement, "text", resources(reservations)));
                    statement.setObject(3, quantities(reservations));
                    statement.setObject(4, times(reservations));
                    statement.setArray(5, Statements.array(statement, "text", requests(reservations)));
                    statement.setInt(6, instance);
                    statement.setInt(7, instance);
                },
                (row, index) -> StockAnswer.of(row)));
    }

    /** Of a reservation of several resources. */
    List<StockAnswer> reserveTogether(NewReservation reservation) {
        Map<String, Long> quantities = reservation.request().quantities();
        return statements.run(jdbc -> jdbc.query(
                Sql.RESERVE_TOGETHER,
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
                (row, index) -> StockAnswer.of(row)));
    }

    /** Brings a quantity to this instance's stripe, if there is as much; answers how much there is altogether. */
    long gather(String resource, long quantity) {
        return Objects.requireNonNull(
                statements.run(jdbc -> jdbc.queryForObject(Sql.GATHER, Long.class, resource, instance, quantity)));
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
