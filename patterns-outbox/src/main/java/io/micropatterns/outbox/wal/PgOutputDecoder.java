package io.micropatterns.outbox.wal;

import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.codec.MessageCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the messages of {@code pgoutput}, version 1, one after another. Used by one thread. */
final class PgOutputDecoder {

    private static final String TABLE = "patterns_outbox";
    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final long MICROS = 1_000_000;
    private static final int TRANSACTIONAL = 1;

    private final ReplicationSlot slot;
    private final MessageCodec codec = new MessageCodec();
    private final Map<Integer, InsertedRow> tables = new HashMap<>();
    private Instant committedAt = Instant.EPOCH;
    private long transaction;

    PgOutputDecoder(ReplicationSlot slot) {
        this.slot = slot;
    }

    /**
     * The change that a message tells of; {@code null} for one that tells of none of the outbox's.
     *
     * @throws ChangeStreamException when it cannot be read
     */
    @Nullable
    Change decode(ByteBuffer message, long lsn) {
        try {
            return switch (message.get()) {
                case 'B' -> begin(message);
                case 'R' -> relation(message);
                case 'I' -> insert(message, lsn);
                case 'M' -> message(message);
                default -> null;
            };
        } catch (RuntimeException e) {
            throw new ChangeStreamException(
                    "The change at " + Long.toHexString(lsn) + " of the database's log cannot be read: "
                            + e.getMessage(),
                    e);
        }
    }

    private @Nullable Change begin(ByteBuffer message) {
        message.getLong();
        committedAt = instant(message.getLong());
        transaction = message.getInt();
        return null;
    }

    private @Nullable Change relation(ByteBuffer message) {
        int oid = message.getInt();
        text(message);
        if (!text(message).equals(TABLE)) {
            tables.remove(oid);
            return null;
        }
        message.get();
        String[] columns = new String[message.getShort()];
        for (int i = 0; i < columns.length; i++) {
            message.get();
            columns[i] = text(message);
            message.getLong();
        }
        tables.put(oid, new InsertedRow(columns));
        return null;
    }

    private @Nullable Change insert(ByteBuffer message, long lsn) {
        InsertedRow table = tables.get(message.getInt());
        if (table == null) {
            return null;
        }
        message.get();
        return table.read(message, lsn);
    }

    private @Nullable Change message(ByteBuffer message) {
        boolean transactional = (message.get() & TRANSACTIONAL) != 0;
        long lsn = message.getLong();
        String prefix = text(message);
        if (!prefix.equals(transactional ? slot.eventPrefix() : slot.markPrefix())) {
            return null;
        }
        byte[] content = new byte[message.getInt()];
        message.get(content);
        return transactional
                ? new Change.Event(lsn, transaction, false, codec.decode(lsn, committedAt, content))
                : new Change.Mark(lsn, new String(content, StandardCharsets.UTF_8));
    }

    static Instant instant(long microsSincePostgresEpoch) {
        long seconds = Math.floorDiv(microsSincePostgresEpoch, MICROS);
        return POSTGRES_EPOCH.plusSeconds(seconds).plusNanos((microsSincePostgresEpoch - seconds * MICROS) * 1000);
    }

    private static String text(ByteBuffer message) {
        int start = message.position();
        int end = start;
        while (message.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - start];
        message.get(bytes).get();
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
