package io.micropatterns.outbox.debezium;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.codec.HeaderCodec;
import io.micropatterns.outbox.codec.MessageCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/** Makes changes of Debezium's records. Thread-safe. */
final class ChangeDecoder {

    private static final String TABLE = "patterns_outbox";

    private final HeaderCodec headers = new HeaderCodec();
    private final MessageCodec messages = new MessageCodec();
    private final ReplicationSlot slot;

    ChangeDecoder(ReplicationSlot slot) {
        this.slot = slot;
    }

    /**
     * What a record tells of the outbox.
     *
     * @return {@code null} when it tells nothing
     * @throws ChangeStreamException when it cannot be read
     */
    @Nullable
    Change decode(SourceRecord record) {
        if (!(record.value() instanceof Struct value) || value.schema().field("op") == null) {
            return null;
        }
        Struct source = value.getStruct("source");
        long lsn = source.getInt64("lsn");
        try {
            return switch (value.getString("op")) {
                case "c" -> row(lsn, source, value.getStruct("after"));
                case "m" -> message(lsn, source, value.getStruct("message"));
                default -> null;
            };
        } catch (DataException | IllegalArgumentException | DateTimeException | NullPointerException e) {
            throw new ChangeStreamException(
                    "The change at " + LogSequenceNumber.valueOf(lsn).asString() + " in the log of replication slot '"
                            + slot.name() + "' cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private @Nullable Change row(long lsn, Struct source, Struct row) {
        String table = source.getString("table");
        if (!table.equals(TABLE)) {
            throw new IllegalArgumentException(
                    "it is a row of '" + table + "', while publication '" + slot.publication()
                            + "' should have rows of '" + TABLE + "' alone, published via the root of its partitions");
        }
        if (row.getInt16("shard") != 0) {
            return null;
        }
        OutboxRecord event = new OutboxRecord(
                row.getInt64("position"),
                0,
                UUID.fromString(row.getString("id")),
                row.getString("type"),
                row.getString("topic"),
                row.getString("key"),
                bytes(row, "payload"),
                headers.decode(row.getString("headers")),
                instant(row.getInt64(InstantConverter.COLUMN)));
        // A type that Debezium does not know: the text of it.
        long xid = Long.parseUnsignedLong(new String(bytes(row, "xid"), StandardCharsets.US_ASCII));
        return new Change.Event(lsn, xid, true, event);
    }

    private @Nullable Change message(long lsn, Struct source, Struct message) {
        String prefix = message.getString("prefix");
        // Of messages outside a transaction there is none.
        Long transaction = source.getInt64("txId");
        if (prefix.equals(slot.markPrefix()) && transaction == null) {
            return new Change.Mark(lsn, new String(bytes(message, "content"), StandardCharsets.UTF_8));
        }
        if (prefix.equals(slot.eventPrefix()) && transaction != null) {
            Instant committedAt = instant(source.getInt64("ts_us"));
            return new Change.Event(
                    lsn, transaction, false, messages.decode(lsn, committedAt, bytes(message, "content")));
        }
        return null;
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static byte[] bytes(Struct struct, String field) {
        Object value = Objects.requireNonNull(struct.get(field), field);
        if (value instanceof byte[] array) {
            return array;
        }
        ByteBuffer buffer = (ByteBuffer) value;
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }
}
