package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.cdc.MarkText;
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

    private static final String ONE = "select pg_logical_emit_message(true, ?, ?)::text";
    private static final String MANY =
            "select count(pg_logical_emit_message(true, ?, m.content)) from unnest(?) m(content)";

    /**
     * While it is being created it may not yet keep what is committed, and after a loss nobody reads it until that is
     * accepted. Where it is kept, a mark comes before the events: the
     * relay can name few transactions only that ended since the last one.
     */
    private static final String MARK_IF_KEPT = "select " + MarkSql.SET + " from pg_get_replication_slots() s"
            + " join patterns_outbox_slot o on o.name = s.slot_name and o.generation is not null"
            + " and o.loss is null"
            + " where s.confirmed_flush_lsn is not null and s.wal_status <> 'lost'";

    /** Asking with each event would cost a twentieth of the transaction; what is lost with a slot is lost either way. */
    private static final long SURE_NANOS = 100_000_000;

    private final JdbcTemplate jdbc;
    private final ReplicationSlot slot;
    private final OutboxStore table;
    private final BooleanSupplier full;
    private final MessageCodec codec = new MessageCodec();
    private volatile boolean sure;
    private volatile long askedAt;

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
        if (full.getAsBoolean() || !isKept()) {
            table.insert(records);
        } else if (records.size() == 1) {
            jdbc.query(ONE, row -> {}, slot.eventPrefix(), codec.encode(records.get(0)));
        } else {
            byte[][] messages = records.stream().map(codec::encode).toArray(byte[][]::new);
            jdbc.query(MANY, row -> {}, slot.eventPrefix(), messages);
        }
    }

    private boolean isKept() {
        if (sure && System.nanoTime() - askedAt < SURE_NANOS) {
            return true;
        }
        sure = !jdbc.queryForList(MARK_IF_KEPT, String.class, MarkSql.parameters(slot, MarkText.STORE))
                .isEmpty();
        askedAt = System.nanoTime();
        return sure;
    }
}
