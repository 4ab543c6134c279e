package io.micropatterns.outbox.wal;

import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/**
 * Reads {@code pgoutput} by PgJDBC's replication connection, in its binary form. Each stream has a connection and a thread
 * of its own. Thread-safe.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html">PostgreSQL: Logical
 *     Replication Message Formats</a>
 */
public final class WalChangeSource implements ChangeSource {

    /** Also the longest silence in the middle of a message. */
    private static final int STATUS_SECONDS = 10;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final ReplicationAddress address;
    private final ThreadFactory threadFactory;

    /**
     * At this address.
     *
     * @param threadFactory makes the streams' threads
     */
    public WalChangeSource(ReplicationAddress address, ThreadFactory threadFactory) {
        this.address = address;
        this.threadFactory = threadFactory;
    }

    @Override
    public ChangeStream open(ReplicationSlot slot) {
        Connection connection = connect();
        try {
            requirePublication(connection, slot.publication());
            WalChangeStream stream =
                    new WalChangeStream(connection, start(connection, slot), new PgOutputDecoder(slot), slot.name());
            Thread reader = threadFactory.newThread(stream::read);
            reader.setName("outbox-wal");
            reader.start();
            return stream;
        } catch (SQLException | RuntimeException e) {
            WalChangeStream.abort(connection);
            throw failed("The replication slot '" + slot.name() + "' cannot be streamed", e);
        }
    }

    private Connection connect() {
        Properties properties = new Properties();
        if (address.username() != null) {
            PGProperty.USER.set(properties, address.username());
        }
        if (address.password() != null) {
            PGProperty.PASSWORD.set(properties, address.password());
        }
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.APPLICATION_NAME.set(properties, "patterns-outbox");
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.CONNECT_TIMEOUT.set(properties, (int) CONNECT_TIMEOUT.toSeconds());
        PGProperty.SOCKET_TIMEOUT.set(properties, STATUS_SECONDS);
        try {
            Connection connection = new Driver().connect(address.url(), properties);
            if (connection == null) {
                throw new ChangeStreamException(
                        "The URL '" + address.url() + "' is none of PostgreSQL's. Set patterns.outbox.cdc.url to one"
                                + " (jdbc:postgresql://…) that leads straight to the primary",
                        null);
            }
            return connection;
        } catch (SQLException e) {
            throw failed("There is no replication connection to " + address, e);
        }
    }

    /** PostgreSQL 18 streams without one that is missing, as if nothing had been inserted. */
    private static void requirePublication(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "select 1 from pg_publication where pubname = '" + name.replace("'", "''") + "'")) {
            if (!found.next()) {
                throw new SQLException("the publication '" + name + "' does not exist");
            }
        }
    }

    private static PGReplicationStream start(Connection connection, ReplicationSlot slot) throws SQLException {
        return connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(slot.name())
                .withSlotOption("proto_version", "1")
                .withSlotOption("publication_names", '"' + slot.publication().replace("\"", "\"\"") + '"')
                .withSlotOption("binary", "true")
                .withSlotOption("messages", "true")
                // Nothing is confirmed but by ourselves.
                .withAutomaticFlush(false)
                .withStatusInterval(STATUS_SECONDS, TimeUnit.SECONDS)
                .start();
    }

    private static ChangeStreamException failed(String what, Exception cause) {
        return cause instanceof ChangeStreamException known
                ? known
                : new ChangeStreamException(what + ": " + cause.getMessage(), cause);
    }
}
