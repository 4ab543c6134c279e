package io.micropatterns.outbox.wal;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.codec.HeaderCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of {@code patterns_outbox} in binary form, by where its columns are. */
final class InsertedRow {

    private final int columns;
    private final int position;
    private final int xid;
    private final int shard;
    private final int id;
    private final int type;
    private final int topic;
    private final int key;
    private final int payload;
    private final int headers;
    private final int createdAt;
    private final HeaderCodec codec = new HeaderCodec();

    InsertedRow(String[] names) {
        List<String> all = Arrays.asList(names);
        this.columns = names.length;
        this.position = find(all, "position");
        this.xid = find(all, "xid");
        this.shard = find(all, "shard");
        this.id = find(all, "id");
        this.type = find(all, "type");
        this.topic = find(all, "topic");
        this.key = find(all, "key");
        this.payload = find(all, "payload");
        this.headers = find(all, "headers");
        this.createdAt = find(all, "created_at");
    }

    private static int find(List<String> names, String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("the table has no column '" + name + "'");
        }
        return index;
    }

    /** The event of a row; {@code null} when it is in a shard that is polled. */
    Change.@Nullable Event read(ByteBuffer tuple, long lsn) {
        @Nullable ByteBuffer[] values = new ByteBuffer[columns];
        int given = tuple.getShort();
        for (int i = 0; i < given; i++) {
            values[i] = value(tuple);
        }
        if (given(values[shard]).getShort() != 0) {
            return null;
        }
        OutboxRecord event = new OutboxRecord(
                given(values[position]).getLong(),
                0,
                uuid(given(values[id])),
                text(given(values[type])),
                text(given(values[topic])),
                optional(values[key]),
                bytes(given(values[payload])),
                codec.decode(optional(values[headers])),
                PgOutputDecoder.instant(given(values[createdAt]).getLong()));
        return new Change.Event(lsn, given(values[xid]).getLong(), true, event);
    }

    private static @Nullable ByteBuffer value(ByteBuffer tuple) {
        byte kind = tuple.get();
        if (kind == 'n') {
            return null;
        }
        if (kind != 'b') {
            throw new IllegalArgumentException("a column's value has form '" + (char) kind + "' instead of binary");
        }
        int length = tuple.getInt();
        ByteBuffer value = tuple.slice(tuple.position(), length);
        tuple.position(tuple.position() + length);
        return value;
    }

    private static ByteBuffer given(@Nullable ByteBuffer value) {
        return Objects.requireNonNull(value, "a column that has a value always");
    }

    private static UUID uuid(ByteBuffer value) {
        return new UUID(value.getLong(), value.getLong());
    }

    private static @Nullable String optional(@Nullable ByteBuffer value) {
        return value == null ? null : text(value);
    }

    private static byte[] bytes(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }
}
