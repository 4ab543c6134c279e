package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.ReservationEvent;
import io.micropatterns.escrow.ReservationEvents;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Executes a statement and publishes what it has changed, in one transaction.
 *
 * @param transaction that one; the caller's is there already
 * @param jdbc on its connection
 */
record Publication(TransactionOperations transaction, JdbcTemplate jdbc, ReservationEvents events) {

    <T extends @Nullable Object> T run(
            Function<JdbcTemplate, T> statement, Function<T, List<ReservationEvent>> changes) {
        return transaction.execute(status -> {
            T answer = statement.apply(jdbc);
            List<ReservationEvent> happened = changes.apply(answer);
            if (!happened.isEmpty()) {
                events.publish(happened);
            }
            return answer;
        });
    }
}
