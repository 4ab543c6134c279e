package io.micropatterns.outbox.debezium;

import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** Finds out before an engine is started what the engine would not say clearly, or would mend in a way that loses events. */
final class SlotCheck {

    private static final int SOCKET_TIMEOUT_SECONDS = 30;

    private static final String SQL = "select s.plugin, s.active_pid, s.confirmed_flush_lsn is not null"
            + " and s.wal_status is distinct from 'lost' as usable,"
            + " s.database is not distinct from current_database() as here,"
            + " exists (select from pg_publication where pubname = ?) as published"
            + " from pg_replication_slots s where s.slot_name = ?";

    private final PGSimpleDataSource dataSource = new PGSimpleDataSource();
    private final ReplicationSlot slot;

    SlotCheck(ReplicationAddress address, ReplicationSlot slot) {
        this.slot = slot;
        dataSource.setUrl(address.url());
        if (address.username() != null) {
            dataSource.setUser(address.username());
        }
        if (address.password() != null) {
            dataSource.setPassword(address.password());
        }
        if (dataSource.getSocketTimeout() == 0) {
            dataSource.setSocketTimeout(SOCKET_TIMEOUT_SECONDS);
        }
    }

    /** Fails when the slot cannot be streamed from as it is. */
    void beforeStart() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setString(1, slot.publication());
            statement.setString(2, slot.name());
            try (ResultSet row = statement.executeQuery()) {
                check(row);
            }
        } catch (SQLException e) {
            throw new ChangeStreamException(
                    "The database with replication slot '" + slot.name() + "' does not answer: " + e.getMessage(), e);
        }
    }

    private void check(ResultSet row) throws SQLException {
        if (!row.next()) {
            throw refused("does not exist");
        }
        if (!row.getBoolean("here") || !"pgoutput".equals(row.getString("plugin"))) {
            throw refused("is none of this database on pgoutput");
        }
        if (!row.getBoolean("usable")) {
            throw refused("has lost the log that it needs, or was never ready");
        }
        int pid = row.getInt("active_pid");
        if (!row.wasNull()) {
            throw refused("is in use: another process streams from it (served by process " + pid + " of the database)");
        }
        if (!row.getBoolean("published")) {
            throw new ChangeStreamException("Publication '" + slot.publication() + "' does not exist", null);
        }
    }

    private ChangeStreamException refused(String why) {
        return new ChangeStreamException("Replication slot '" + slot.name() + "' " + why, null);
    }
}
