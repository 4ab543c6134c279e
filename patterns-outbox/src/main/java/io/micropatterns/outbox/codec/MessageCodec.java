package io.micropatterns.outbox.codec;

import io.micropatterns.outbox.OutboxRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A whole event as the content of a logical message of the database's log ({@code pg_logical_emit_message}): a version
 * byte, the shard, the id, type, topic, key and headers as UTF-8 with their lengths before them, and the payload to the end.
 * Thread-safe.
 */
public final class MessageCodec {

    private static final byte VERSION = 1;
    private static final int NULL = -1;
    private static final int ID_BYTES = 16;

    private final HeaderCodec headers = new HeaderCodec();

    /** The message of an event; its position and instant are the log's to tell. */
    public byte[] encode(OutboxRecord event) {
        byte[][] texts = {
            utf8(event.type()), utf8(event.topic()), utf8(event.key()), utf8(headers.encode(event.headers()))
        };
        int size = 1 + Integer.BYTES + ID_BYTES + event.payload().length;
        for (byte[] text : texts) {
            size += Integer.BYTES + (text == null ? 0 : text.length);
        }
        ByteBuffer buffer = ByteBuffer.allocate(size);
        buffer.put(VERSION).putInt(event.shard());
        buffer.putLong(event.id().getMostSignificantBits()).putLong(event.id().getLeastSignificantBits());
        for (byte[] text : texts) {
            if (text == null) {
                buffer.putInt(NULL);
            } else {
                buffer.putInt(text.length).put(text);
            }
        }
        return buffer.put(event.payload()).array();
    }

    /**
     * The event of a message.
     *
     * @param lsn where the message is in the log, which becomes the event's position
     * @param committedAt when its transaction was committed
     * @param message what {@link #encode} made
     * @throws IllegalArgumentException when it is not such a message, or one of a newer version of this library
     */
    public OutboxRecord decode(long lsn, Instant committedAt, byte[] message) {
        ByteBuffer buffer = ByteBuffer.wrap(message);
        if (message.length <= Integer.BYTES + ID_BYTES || buffer.get() != VERSION) {
            throw new IllegalArgumentException(
                    "The message at " + lsn + " of the database's log is no event of version " + VERSION
                            + ": another program, or a newer version of this library, has written it");
        }
        int shard = buffer.getInt();
        UUID id = new UUID(buffer.getLong(), buffer.getLong());
        String type = required(text(buffer), "type");
        String topic = required(text(buffer), "topic");
        String key = text(buffer);
        String headerText = text(buffer);
        byte[] payload = new byte[buffer.remaining()];
        buffer.get(payload);
        return new OutboxRecord(lsn, shard, id, type, topic, key, payload, headers.decode(headerText), committedAt);
    }

    private static @Nullable String text(ByteBuffer buffer) {
        int length = buffer.remaining() < Integer.BYTES ? Integer.MIN_VALUE : buffer.getInt();
        if (length == NULL) {
            return null;
        }
        if (length < 0 || length > buffer.remaining()) {
            throw new IllegalArgumentException("A message of the database's log is cut off");
        }
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String required(@Nullable String text, String what) {
        if (text == null) {
            throw new IllegalArgumentException("A message of the database's log has no " + what);
        }
        return text;
    }

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
