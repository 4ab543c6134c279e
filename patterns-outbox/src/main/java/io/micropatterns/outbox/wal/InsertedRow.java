package io.micropatterns.outbox.wal;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.codec.HeaderCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of {@code patterns_outbox} in binary form, by where its columns are. Used by one thread. */
final class InsertedRow {

    private static final int NULL = -1;

    private final int[] starts;
    private final int[] lengths;
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
        this.starts = new int[names.length];
        this.lengths = new int[names.length];
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
        locate(tuple);
        if (tuple.getShort(given(shard)) != 0) {
            return null;
        }
        OutboxRecord event = new OutboxRecord(
                tuple.getLong(given(position)),
                0,
                new UUID(tuple.getLong(given(id)), tuple.getLong(given(id) + Long.BYTES)),
                text(tuple, type),
                text(tuple, topic),
                optional(tuple, key),
                bytes(tuple, payload),
                codec.decode(optional(tuple, headers)),
                PgOutputDecoder.instant(tuple.getLong(given(createdAt))));
        return new Change.Event(lsn, tuple.getLong(given(xid)), true, event);
    }

    /** Where each column's value begins, and how long it is. */
    private void locate(ByteBuffer tuple) {
        int given = tuple.getShort();
        if (given != starts.length) {
            throw new IllegalArgumentException("a row has " + given + " columns, and the table " + starts.length);
        }
        for (int i = 0; i < given; i++) {
            byte kind = tuple.get();
            if (kind == 'n') {
                lengths[i] = NULL;
            } else if (kind == 'b') {
                lengths[i] = tuple.getInt();
                starts[i] = tuple.position();
                tuple.position(starts[i] + lengths[i]);
            } else {
                throw new IllegalArgumentException("a column's value has form '" + (char) kind + "' instead of binary");
            }
        }
    }

    private int given(int column) {
        if (lengths[column] == NULL) {
            throw new IllegalArgumentException("column " + column + " has no value");
        }
        return starts[column];
    }

    private String text(ByteBuffer tuple, int column) {
        int start = tuple.arrayOffset() + given(column);
        return new String(tuple.array(), start, lengths[column], StandardCharsets.UTF_8);
    }

    private byte[] bytes(ByteBuffer tuple, int column) {
        int start = tuple.arrayOffset() + given(column);
        return Arrays.copyOfRange(tuple.array(), start, start + lengths[column]);
    }

    private @Nullable String optional(ByteBuffer tuple, int column) {
        return lengths[column] == NULL ? null : text(tuple, column);
    }
}
