package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.Reservation;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.PreparedStatementSetter;

/**
 * Ends reservations whose time is over, the oldest first, batch by batch: each goes on where the one before has stopped, so that it
 * reads over nothing that has been ended just before, and what could not be ended holds up nothing else. Every so often it
 * begins anew. Thread-safe.
 */
final class DueSweep {

    private static final Logger log = LoggerFactory.getLogger(DueSweep.class);

    /** After this long it looks for what it has passed over, even if there is no end of what is due. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** What fails for so many resources fails for all. */
    private static final int MOST_FAILURES = 20;

    private static final Position BEGINNING = new Position(OffsetDateTime.MIN, 0);

    private final Statements statements;
    private volatile Position position = BEGINNING;

    /**
     * How far it has come.
     *
     * @param from the time of the last that was ended
     * @param begunNanos when it was at the beginning
     */
    private record Position(OffsetDateTime from, long begunNanos) {}

    /**
     * What a batch has come to.
     *
     * @param ended how many reservations it has ended
     * @param due how many it has looked at
     * @param until the latest of their times; none for none
     */
    private record Batch(int ended, int due, @Nullable OffsetDateTime until) {}

    DueSweep(Statements statements) {
        this.statements = statements;
    }

    /** Answers how many have been ended, of at most so many that were due. */
    int expire(int limit) {
        Position before = position;
        Batch batch = batch(before.from(), limit);
        long begun = before.equals(BEGINNING) ? System.nanoTime() : before.begunNanos();
        position = batch.until() == null || batch.due() < limit || System.nanoTime() - begun > LONGEST.toNanos()
                ? BEGINNING
                : new Position(batch.until(), begun);
        return batch.ended();
    }

    /** Of these, ends those that are due; answers how many. */
    int expire(Collection<UUID> these) {
        return end(
                        EndSql.EXPIRE_THESE,
                        EndSql.EXPIRE_THESE_AND_TELL,
                        statement -> statement.setArray(1, Statements.array(statement, "uuid", these.toArray())))
                .ended();
    }

    private Batch batch(OffsetDateTime from, int limit) {
        try {
            return end(EndSql.EXPIRE, EndSql.EXPIRE_AND_TELL, statement -> {
                statement.setObject(1, from);
                statement.setInt(2, limit);
            });
        } catch (RuntimeException e) {
            if (!statements.areTransactions()) {
                throw e;
            }
            return byResource(from, limit, e);
        }
    }

    /** One that cannot be ended, or whose stock somebody has locked, holds up at most those of its own resource. */
    private Batch byResource(OffsetDateTime from, int limit, RuntimeException failure) {
        DueReservations due = statements.query(
                EndSql.DUE,
                Plan.BY_KEYS,
                statement -> {
                    statement.setObject(1, from);
                    statement.setInt(2, limit);
                },
                DueReservations::of);
        int ended = 0;
        Set<String> failed = new TreeSet<>();
        for (Map.Entry<String, List<UUID>> each : due.inAnyOrder()) {
            if (failed.size() == MOST_FAILURES) {
                break;
            }
            try {
                ended += expire(each.getValue());
            } catch (RuntimeException e) {
                failed.add(each.getKey());
            }
        }
        if (!failed.isEmpty()) {
            log.error(
                    "Reservations whose time is over could not be ended, of the resources {}; it is tried again",
                    failed,
                    failure);
        }
        return new Batch(ended, due.count(), due.until());
    }

    private Batch end(String counting, String telling, PreparedStatementSetter parameters) {
        if (statements.arePublished()) {
            Map<UUID, Reservation> ended = statements.change(
                    telling, Plan.BY_KEYS, parameters, new ReservationLines(), ReservationLines::events);
            return new Batch(
                    ended.size(),
                    ended.size(),
                    ended.values().stream()
                            .map(Reservation::expiresAt)
                            .max(Comparator.naturalOrder())
                            .map(until -> until.atOffset(ZoneOffset.UTC))
                            .orElse(null));
        }
        return statements.query(counting, Plan.BY_KEYS, parameters, row -> {
            row.next();
            return new Batch(row.getInt(1), row.getInt(1), row.getObject(2, OffsetDateTime.class));
        });
    }
}
