package io.micropatterns.outbox;

import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import io.micropatterns.core.trace.TracePropagation;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Publishes events atomically with the caller's database work.
 *
 * <p><b>Transaction.</b> Joins the caller's Spring-managed transaction (JPA, JDBC, {@code TransactionTemplate}) on the
 * outbox's data source: the event is serialised and its row written at once, and the relay delivers it if and only if
 * that transaction commits. What is rolled back to a savepoint vanishes like any other row.
 *
 * <p><b>Order.</b> Events with one key arrive in commit order when the writers of that key serialise before they
 * publish: by a row lock they hold, or by an optimistic {@code @Version} that lets only one of them commit.
 *
 * <p><b>Blocking.</b> One round trip to the database a call, however many events {@link #publishAll} is given. Never
 * waits for the relay or the broker.
 *
 * <p><b>Threads.</b> Safe for use by many threads, each within its own transaction.
 */
public interface Outbox {

    /**
     * Stores an event routed by its {@link OutboxEvent} annotation, by configuration or by an {@link OutboxRouter}.
     *
     * @throws NoTransactionException outside a transaction, unless {@code patterns.outbox.require-transaction=false};
     *     then the event is stored in a transaction of its own
     * @throws OutboxException when no route is known for the event's type, an expression of its route fails, or its
     *     payload cannot be serialised or exceeds {@code patterns.outbox.max-payload-size}; nothing is stored, and the
     *     caller's transaction is left as it was
     */
    void publish(Object event);

    /**
     * Stores an event whose route the caller has chosen.
     *
     * @throws NoTransactionException as {@link #publish(Object)}
     * @throws OutboxException when the payload cannot be serialised or is too large
     */
    void publish(OutboxMessage message);

    /**
     * Stores several events, in the collection's order. Elements may be events or {@link OutboxMessage}s.
     *
     * @throws NoTransactionException as {@link #publish(Object)}
     * @throws OutboxException as {@link #publish(Object)}, for the first event refused; none of the events is stored
     */
    void publishAll(Collection<?> events);

    /** Starts building an outbox on a data source, whose transactions it will join. */
    static Builder builder(DataSource dataSource, OutboxStore store, PayloadSerializer serializer) {
        return new Builder(dataSource, store, serializer);
    }

    /** Builds an {@link Outbox}. Not thread-safe. */
    final class Builder {

        final DataSource dataSource;
        final OutboxStore store;
        final PayloadSerializer serializer;
        RouteResolver routes = RouteResolver.of(Map.of(), List.of(), PayloadTypes.unregistered(), text -> text);
        TracePropagation trace = TracePropagation.none();
        OutboxListener listener = OutboxListener.all(List.of());
        OutboxSignals signals = OutboxSignals.none();

        @Nullable
        TransactionOperations ownTransaction;

        LongConsumer growthGuard = more -> {};
        int shards = 1;
        long maxPayloadSize = 1_000_000;

        private Builder(DataSource dataSource, OutboxStore store, PayloadSerializer serializer) {
            this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
            this.store = Objects.requireNonNull(store, "store");
            this.serializer = Objects.requireNonNull(serializer, "serializer");
        }

        /** Where events go; default: by their annotations. */
        public Builder routes(RouteResolver routes) {
            this.routes = Objects.requireNonNull(routes, "routes");
            return this;
        }

        /** Carries the trace context of the publishing thread to consumers; default: none. */
        public Builder trace(TracePropagation trace) {
            this.trace = Objects.requireNonNull(trace, "trace");
            return this;
        }

        /** Hears of stored events; default: nobody. */
        public Builder listener(OutboxListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** Whom to tell of commits, so that relays need not wait for their poll; default: nobody. */
        public Builder signals(OutboxSignals signals) {
            this.signals = Objects.requireNonNull(signals, "signals");
            return this;
        }

        /** Allows publishing outside a transaction, in one of its own; default: refused. */
        public Builder ownTransaction(@Nullable TransactionOperations ownTransaction) {
            this.ownTransaction = ownTransaction;
            return this;
        }

        /** Called with the number of events before they are stored; it may refuse with {@link OutboxFullException}. */
        public Builder growthGuard(LongConsumer growthGuard) {
            this.growthGuard = Objects.requireNonNull(growthGuard, "growthGuard");
            return this;
        }

        /** How many shards keys are spread over, 1 to 1024; default 1. The relay's log must have registered as many. */
        public Builder shards(int shards) {
            if (shards < 1 || shards > 1024) {
                throw new IllegalArgumentException("shards must be between 1 and 1024, but is " + shards);
            }
            this.shards = shards;
            return this;
        }

        /** The largest serialised payload accepted, in bytes; default 1,000,000. */
        public Builder maxPayloadSize(long maxPayloadSize) {
            if (maxPayloadSize < 1) {
                throw new IllegalArgumentException("maxPayloadSize must be positive, but is " + maxPayloadSize);
            }
            this.maxPayloadSize = maxPayloadSize;
            return this;
        }

        /** The outbox. */
        public Outbox build() {
            return new DefaultOutbox(this);
        }
    }
}
