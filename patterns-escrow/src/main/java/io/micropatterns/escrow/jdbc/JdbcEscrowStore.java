package io.micropatterns.escrow.jdbc;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationEvents;
import io.micropatterns.escrow.ReservationException;
import io.micropatterns.escrow.ReservationExpiredException;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.Settlement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/** Reservations in {@code patterns_escrow_hold}, of what is in {@code patterns_escrow_stock}. Thread-safe. */
public final class JdbcEscrowStore implements EscrowStore {

    /** How long a statement waits for locks of others unless {@link #lockTimeout} says otherwise: 5 seconds. */
    public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final NetworkTimeout timeout;
    private final Statements joined;
    private final Statements own;
    private final int instance;
    private final DueSweep expiry;

    /**
     * On the data source whose transactions it joins.
     *
     * @param instance tells this instance from others, so that they prefer different stripes; 0 or more
     * @param timeout how long an answer of the database is waited for outside of the caller's transactions
     */
    public JdbcEscrowStore(DataSource dataSource, int instance, NetworkTimeout timeout) {
        this(
                dataSource,
                timeout,
                instance,
                Statements.inTransaction(new JdbcTemplate(dataSource)),
                Statements.ofTheirOwn(
                        new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout)), new Bounds(LOCK_TIMEOUT)));
    }

    private JdbcEscrowStore(
            DataSource dataSource, NetworkTimeout timeout, int instance, Statements joined, Statements own) {
        if (instance < 0) {
            throw new IllegalArgumentException("instance must be 0 at least, but is " + instance);
        }
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
        this.timeout = timeout;
        this.joined = joined;
        this.own = own;
        this.instance = instance;
        this.expiry = new DueSweep(own);
    }

    /**
     * The same, but statements outside of the caller's transactions wait so long for locks that others hold.
     *
     * @param time from 1 ms; shorter than reservations are held, or they are late before they are made
     */
    public JdbcEscrowStore lockTimeout(Duration time) {
        Bounds bounds = new Bounds(time);
        return new JdbcEscrowStore(dataSource, timeout, instance, joined.bounded(bounds), own.bounded(bounds));
    }

    /** The same, but this one is told of contention. */
    public JdbcEscrowStore telling(EscrowListener listener) {
        EscrowListener guarded = EscrowListener.all(List.of(listener));
        return new JdbcEscrowStore(dataSource, timeout, instance, joined.telling(guarded), own.telling(guarded));
    }

    /**
     * The same, but what happens to reservations is published in the transaction in which it happens. A statement and the publication
     * of its changes are then a transaction of their own where the caller is in none.
     *
     * @param transaction opens those on the data source, at READ COMMITTED
     */
    public JdbcEscrowStore publishing(ReservationEvents events, TransactionOperations transaction) {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        return new JdbcEscrowStore(
                dataSource,
                timeout,
                instance,
                joined.publishing(new Publication(TransactionOperations.withoutTransaction(), jdbc, events)),
                own.publishing(
                        new Publication(new BoundedTransactions(dataSource, timeout, transaction), jdbc, events)));
    }

    private Statements statements() {
        return joinsTransaction() ? joined : own;
    }

    @Override
    public boolean joinsTransaction() {
        return Transactions.isActive(dataSource);
    }

    @Override
    public List<ItemOutcome<Reservation>> reserve(List<NewReservation> reservations) {
        Statements statements = statements();
        return new ReserveRun(new StockStatements(statements, instance), new HoldTable(statements), reservations).run();
    }

    @Override
    public List<ItemOutcome<Reservation>> settle(List<Settlement> settlements) {
        Statements statements = statements();
        return new SettleRun(statements, new HoldTable(statements), settlements).run();
    }

    @Override
    public Reservation extend(UUID reservation, Duration timeToLive) {
        boolean extended = statements()
                .query(
                        EndSql.EXTEND,
                        Plan.of(1),
                        statement -> {
                            statement.setObject(1, reservation);
                            statement.setLong(2, timeToLive.toMillis());
                        },
                        ResultSet::next);
        Reservation found = find(reservation).orElseThrow(() -> ReservationException.unknown(reservation));
        if (extended) {
            return found;
        }
        throw found.state() == ReservationState.HELD || found.state() == ReservationState.EXPIRED
                ? new ReservationExpiredException(reservation, found.expiresAt())
                : new ReservationException(reservation, "is " + found.state() + " already");
    }

    @Override
    public Optional<Reservation> find(UUID reservation) {
        return Optional.ofNullable(
                new HoldTable(statements()).find(List.of(reservation)).get(reservation));
    }

    @Override
    public boolean forgetRequest(UUID reservation) {
        sweep().expire(List.of(reservation));
        return statements()
                .query(
                        EndSql.FORGET_REQUEST,
                        Plan.of(1),
                        statement -> statement.setObject(1, reservation),
                        ResultSet::next);
    }

    @Override
    public int expire(int limit) {
        return sweep().expire(limit);
    }

    private DueSweep sweep() {
        return joinsTransaction() ? new DueSweep(joined) : expiry;
    }

    @Override
    public int purge(Duration keep, int limit) {
        return statements()
                .query(
                        EndSql.PURGE,
                        Plan.BY_KEYS,
                        statement -> {
                            statement.setLong(1, keep.toMillis());
                            statement.setLong(2, keep.toMillis());
                            statement.setInt(3, limit);
                        },
                        row -> {
                            row.next();
                            return row.getInt(1);
                        });
    }
}
