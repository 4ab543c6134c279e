package io.micropatterns.outbox;

import java.util.Collection;

/**
 * Publishes events atomically with the caller's database work.
 *
 * <p><b>Transaction.</b> Joins the caller's Spring-managed transaction (JPA, JDBC, {@code TransactionTemplate}) on the
 * outbox's data source. The event is serialised at once; its row is written just before the commit, together with the
 * transaction's other events in one round trip and after JPA's own flush, so that the writers of one key which serialise
 * on their aggregate's row store their events in commit order. The relay delivers an event if and only if that
 * transaction commits. Events published inside a nested transaction (savepoint managed by Spring) that is rolled back
 * vanish with it.
 *
 * <p><b>Blocking.</b> {@code publish} does no I/O of its own, unless one transaction publishes more events than
 * {@code patterns.outbox.buffer-size}; then the full buffer is written. It never waits for the relay or the broker.
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
}
