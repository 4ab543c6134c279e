package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxSignals;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Signals within the process at once, and to other nodes by {@code NOTIFY}: outside the business transaction, where it
 * would take a database-wide lock at commit, on a thread of its own, and gathered, so that any number of commits cost
 * at most one statement every 20 ms, one a second while no relay lives anywhere, and none when this process relays the
 * shards itself. Listening occupies one connection of the pool, on which the database is asked for a sign of life every
 * 30 s.
 */
public final class PostgresSignals implements OutboxSignals, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PostgresSignals.class);
    private static final String CHANNEL = "patterns_outbox";
    /** A notification makes a commit, but none worth a wait for the disk. */
    static final String NOTIFY = "select pg_notify(?, ?) from set_config('synchronous_commit', 'off', true)"
            + " where exists (select 1 from patterns_member where group_name = ? and expires_at > clock_timestamp())";

    private static final int RECONNECT_MILLIS = 1000;
    private static final int LISTEN_MILLIS = 500;
    /** A statement for each commit would take a good part of a busy database's processors. */
    private static final int GATHER_MILLIS = 20;
    /** A relay that starts meanwhile looks for events as it starts, and by polling. */
    private static final int NOBODY_LISTENS_MILLIS = 1000;

    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(30);
    private static final NetworkTimeout TIMEOUT = NetworkTimeout.of(Duration.ofSeconds(10));

    private final DataSource dataSource;
    private final JdbcTemplate jdbc;
    private final Duration signOfLife;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object monitor = new Object();
    private final BitSet toNotify = new BitSet();
    private final Thread notifier;
    /** Said once, by the notifying thread. */
    private boolean failed;

    private final @Nullable Thread listener;

    /**
     * Not started yet.
     *
     * @param dataSource the outbox's data source
     * @param listen whether to listen for other nodes' commits
     * @param threadFactory makes the two threads
     */
    public PostgresSignals(DataSource dataSource, boolean listen, ThreadFactory threadFactory) {
        this(dataSource, listen, threadFactory, SIGN_OF_LIFE, TIMEOUT);
    }

    PostgresSignals(
            DataSource dataSource,
            boolean listen,
            ThreadFactory threadFactory,
            Duration signOfLife,
            NetworkTimeout timeout) {
        this.signOfLife = signOfLife;
        this.dataSource = new AutoCommitDataSource(dataSource, timeout);
        this.jdbc = new JdbcTemplate(this.dataSource);
        this.notifier = threadFactory.newThread(this::notifyUntilClosed);
        this.notifier.setName("outbox-notify");
        this.listener = listen ? threadFactory.newThread(this::listenUntilClosed) : null;
        if (this.listener != null) {
            this.listener.setName("outbox-listen");
        }
    }

    /** Starts both threads. */
    public void start() {
        notifier.start();
        if (listener != null) {
            listener.start();
        }
    }

    @Override
    public void subscribe(Subscriber subscriber) {
        subscribers.add(subscriber);
    }

    @Override
    public void committed(BitSet shards) {
        tell(shards);
        BitSet elsewhere = (BitSet) shards.clone();
        subscribers.forEach(subscriber -> elsewhere.andNot(subscriber.relayed()));
        if (!elsewhere.isEmpty()) {
            synchronized (monitor) {
                toNotify.or(elsewhere);
                monitor.notifyAll();
            }
        }
    }

    private void tell(BitSet shards) {
        subscribers.forEach(subscriber -> subscriber.committed(shards));
    }

    private void notifyUntilClosed() {
        try {
            while (closing.getCount() > 0) {
                boolean notified = notifyOthers(takeToNotify());
                closing.await(notified ? GATHER_MILLIS : NOBODY_LISTENS_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private BitSet takeToNotify() throws InterruptedException {
        synchronized (monitor) {
            while (toNotify.isEmpty()) {
                monitor.wait();
            }
            BitSet taken = (BitSet) toNotify.clone();
            toNotify.clear();
            return taken;
        }
    }

    /** Answers whether there was anybody to notify, as far as could be found out. */
    private boolean notifyOthers(BitSet shards) {
        try {
            return !jdbc.queryForList(NOTIFY, CHANNEL, ShardSetText.write(shards), OutboxRelay.LEASE_GROUP)
                    .isEmpty();
        } catch (RuntimeException | Error e) {
            if (!failed) {
                log.warn("Could not notify other nodes; they will find the events by polling: {}", e.toString());
                failed = true;
            }
            return false;
        }
    }

    private void listenUntilClosed() {
        try {
            while (closing.getCount() > 0) {
                try (Connection connection = dataSource.getConnection()) {
                    listen(connection);
                } catch (SQLException | RuntimeException | Error e) {
                    log.debug("Listening for other nodes' commits failed; trying again", e);
                    closing.await(RECONNECT_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        try (Statement statement = connection.createStatement()) {
            statement.execute("listen " + CHANNEL);
            try {
                long heardAt = System.nanoTime();
                while (closing.getCount() > 0) {
                    PGNotification[] notifications = postgres.getNotifications(LISTEN_MILLIS);
                    for (PGNotification notification : notifications) {
                        ShardSetText.read(notification.getParameter()).ifPresent(this::tell);
                    }
                    if (notifications.length > 0) {
                        heardAt = System.nanoTime();
                    } else if (System.nanoTime() - heardAt >= signOfLife.toNanos()) {
                        // Nobody hears a connection die on which nothing is said.
                        statement.execute("select 1");
                        heardAt = System.nanoTime();
                    }
                }
            } finally {
                if (!connection.isClosed()) {
                    statement.execute("unlisten " + CHANNEL);
                }
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        notifier.interrupt();
        try {
            notifier.join(LISTEN_MILLIS * 2L);
            if (listener != null) {
                listener.join(LISTEN_MILLIS * 4L);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
