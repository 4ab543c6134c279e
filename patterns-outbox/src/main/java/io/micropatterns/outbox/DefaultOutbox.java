package io.micropatterns.outbox;

import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.core.payload.Payload;
import io.micropatterns.core.payload.PayloadException;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.trace.TracePropagation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Serialises, routes and stores. Thread-safe: its state is per transaction. */
final class DefaultOutbox implements Outbox {

    private final DataSource dataSource;
    private final OutboxStore store;
    private final PayloadSerializer serializer;
    private final RouteResolver routes;
    private final TracePropagation trace;
    private final OutboxListener listener;
    private final OutboxSignals signals;
    private final @Nullable TransactionOperations ownTransaction;
    private final LongConsumer growthGuard;
    private final int shards;
    private final long maxPayloadSize;

    DefaultOutbox(Builder builder) {
        this.dataSource = builder.dataSource;
        this.store = builder.store;
        this.serializer = builder.serializer;
        this.routes = builder.routes;
        this.trace = builder.trace;
        this.listener = OutboxListener.all(List.of(builder.listener));
        this.signals = builder.signals;
        this.ownTransaction = builder.ownTransaction;
        this.growthGuard = builder.growthGuard;
        this.shards = builder.shards;
        this.maxPayloadSize = builder.maxPayloadSize;
    }

    @Override
    public void publish(Object event) {
        store(event instanceof OutboxMessage message ? List.of(record(message)) : records(event));
    }

    @Override
    public void publish(OutboxMessage message) {
        store(List.of(record(message)));
    }

    @Override
    public void publishAll(Collection<?> events) {
        List<OutboxRecord> records = new ArrayList<>(events.size());
        for (Object event : events) {
            if (event instanceof OutboxMessage message) {
                records.add(record(message));
            } else {
                records.addAll(records(event));
            }
        }
        if (!records.isEmpty()) {
            store(records);
        }
    }

    private void store(List<OutboxRecord> records) {
        if (!inTransaction()) {
            if (ownTransaction == null) {
                throw new NoTransactionException(records.get(0).type());
            }
            ownTransaction.executeWithoutResult(status -> insert(records));
        } else {
            insert(records);
        }
    }

    /** A transaction of another resource would not make the row atomic with anything. */
    private boolean inTransaction() {
        try {
            return Transactions.isActive(dataSource);
        } catch (DataAccessException e) {
            throw new OutboxException(String.valueOf(e.getMessage()), e);
        }
    }

    private void insert(List<OutboxRecord> records) {
        growthGuard.accept(records.size());
        store.insert(records);
        listener.stored(records);
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            BitSet changed = CommitSignal.ofCurrentTransaction(signals);
            records.forEach(record -> changed.set(record.shard()));
        }
    }

    private List<OutboxRecord> records(Object event) {
        Payload payload = serialize(event, null);
        UUID id = UUID.randomUUID();
        Map<String, String> context = trace.capture();
        List<OutboxRoute> targets = routes.resolve(event, payload.type());
        List<OutboxRecord> records = new ArrayList<>(targets.size());
        for (OutboxRoute route : targets) {
            records.add(record(id, payload, route.topic(), route.key(), headers(payload, context, route.headers())));
        }
        return records;
    }

    private OutboxRecord record(OutboxMessage message) {
        Payload payload = serialize(message.payload(), message.type());
        Map<String, String> headers = headers(payload, trace.capture(), message.headers());
        return record(message.id(), payload, message.topic(), message.key(), headers);
    }

    private OutboxRecord record(
            UUID id, Payload payload, String topic, @Nullable String key, Map<String, String> headers) {
        int shard = ShardOf.key(key == null ? id.toString() : key, shards);
        return new OutboxRecord(0, shard, id, payload.type(), topic, key, payload.data(), headers, Instant.EPOCH);
    }

    private Payload serialize(Object event, @Nullable String type) {
        Payload payload;
        try {
            payload = type == null ? serializer.serialize(event) : serializer.serialize(type, event);
        } catch (PayloadException e) {
            throw new OutboxException(
                    "Event of " + event.getClass().getName() + " cannot be serialised, so it was not stored: "
                            + e.getMessage(),
                    e);
        }
        if (payload.data().length > maxPayloadSize) {
            throw new PayloadTooLargeException(payload.type(), payload.data().length, maxPayloadSize);
        }
        return payload;
    }

    private static Map<String, String> headers(
            Payload payload, Map<String, String> context, Map<String, String> custom) {
        if (context.isEmpty() && custom.isEmpty()) {
            return Map.of(OutboxHeaders.CONTENT_TYPE, payload.contentType());
        }
        Map<String, String> headers = new HashMap<>(context);
        headers.put(OutboxHeaders.CONTENT_TYPE, payload.contentType());
        headers.putAll(custom);
        return headers;
    }
}
