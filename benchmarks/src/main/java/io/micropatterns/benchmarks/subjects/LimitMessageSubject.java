package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.PooledSubject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/** An event without a table, by hand: a logical message in the database's log that has what the outbox row has. */
public final class LimitMessageSubject extends PooledSubject {

    private final JsonMapper mapper = JsonMapper.builder().build();

    @Override
    public void publish(OrderPlaced event) {
        jdbc().query(
                        "select pg_logical_emit_message(true, ?, ?)",
                        row -> {},
                        "outbox",
                        message(
                                utf8(event.key()),
                                utf8("order-placed"),
                                utf8(environment().topic()),
                                mapper.writeValueAsBytes(event),
                                utf8(UUID.randomUUID().toString())));
    }

    /** The parts, each after its length. */
    private static byte[] message(byte[]... parts) {
        int size = 0;
        for (byte[] part : parts) {
            size += Integer.BYTES + part.length;
        }
        ByteBuffer message = ByteBuffer.allocate(size);
        for (byte[] part : parts) {
            message.putInt(part.length).put(part);
        }
        return message.array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
