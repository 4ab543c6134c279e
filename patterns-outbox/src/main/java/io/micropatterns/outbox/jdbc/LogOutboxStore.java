package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.codec.MessageCodec;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Stores events as messages of the database's log alone, in the transaction of the caller's connection: nothing is ever in a
 * table or has to leave it. As long as there is no slot to keep them, or it holds too much, they are stored in the table instead.
 */
public final class LogOutboxStore implements OutboxStore {

    private static final String SLOT = " from pg_get_replication_slots() s where s.slot_name = ?"
            // While it is being created it may not yet keep what is committed.
            + " and s.confirmed_flush_lsn is not null and s.wal_status <> 'lost'";
    private static final String ONE = "select pg_logical_emit_message(true, ?, ?)::text" + SLOT;
    private static final String MANY = "select count(pg_logical_emit_message(true, ?, m.content))"
            + " from unnest(?) m(content) where exists (select" + SLOT + ")";

    private final JdbcTemplate jdbc;
    private final ReplicationSlot slot;
    private final OutboxStore table;
    private final BooleanSupplier full;
    private final MessageCodec codec = new MessageCodec();

    /**
     * On the data source whose transactions the outbox joins.
     *
     * @param slot what keeps the log
     * @param table where events go as long as that is not there
     * @param full whether the log is as large as it may become, so that they should go there too
     */
    public LogOutboxStore(DataSource dataSource, ReplicationSlot slot, OutboxStore table, BooleanSupplier full) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.slot = slot;
        this.table = table;
        this.full = full;
    }

    @Override
    public void insert(List<OutboxRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        if (full.getAsBoolean() || store(records) == 0) {
            table.insert(records);
        }
    }

    private long store(List<OutboxRecord> records) {
        return records.size() == 1 ? insert(records.get(0)) : insertAll(records);
    }

    private long insert(OutboxRecord event) {
        return jdbc.queryForList(ONE, slot.eventPrefix(), codec.encode(event), slot.name())
                .size();
    }

    private long insertAll(List<OutboxRecord> records) {
        byte[][] messages = records.stream().map(codec::encode).toArray(byte[][]::new);
        Long stored = jdbc.queryForObject(MANY, Long.class, slot.eventPrefix(), messages, slot.name());
        return stored == null ? 0 : stored;
    }
}
