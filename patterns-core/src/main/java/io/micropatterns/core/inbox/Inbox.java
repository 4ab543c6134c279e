package io.micropatterns.core.inbox;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs work once per key, however often it is asked for. The key is recorded in {@code patterns_inbox} in the same
 * transaction as the work's effect: both are there, or neither.
 *
 * <p><b>Transactions.</b> Joins the caller's transaction when there is one and opens one otherwise. Work that throws
 * leaves nothing recorded, and rolls the transaction back, also the caller's. The work must keep to that transaction
 * and its database; what it does elsewhere may be done again.
 *
 * <p><b>Duplicates</b> get the recorded outcome. One that comes while the first is still at work waits for it, boundedly;
 * should the first roll back, it does the work itself.
 *
 * <p><b>Blocking.</b> One round trip for the key, and one more for an outcome. <b>Threads.</b> Safe for use by many
 * threads. Keys are forgotten by {@link #purge}; a duplicate that comes later still is taken for new.
 *
 * <p>Every method throws Spring's {@code DataAccessException} when the database fails.
 */
public interface Inbox {

    /** How long a concurrent duplicate waits for the first, unless set. */
    Duration DEFAULT_WAIT = Duration.ofSeconds(10);

    /**
     * Runs the work if the key is new to the consumer.
     *
     * @return whether it was new
     * @throws ConcurrentDuplicateException when the first holder of the key is still at work
     */
    boolean once(String consumer, String key, Runnable work);

    /**
     * Runs the work if the key is new to the consumer, and gives its outcome, or the one recorded then. An outcome may
     * be {@code null}, and must otherwise survive the {@link PayloadSerializer}.
     *
     * @throws ConcurrentDuplicateException when the first holder of the key is still at work
     * @throws io.micropatterns.core.payload.PayloadException when the outcome cannot be recorded, or not be read
     */
    <T> @Nullable T once(String consumer, String key, Class<T> outcome, Supplier<? extends @Nullable T> work);

    /**
     * Runs work that may throw anything, as {@link #once(String, String, Class, Supplier)}, for an outcome whose type
     * may be generic.
     *
     * @throws Throwable what the work throws; the transaction is rolled back then
     */
    @Nullable
    Object onceChecked(String consumer, String key, Type outcome, Work work) throws Throwable;

    /**
     * Records keys, for a consumer that handles messages in sets: in the caller's transaction, in one statement.
     *
     * @return those of the keys that are new, in the collection's order
     * @throws InboxException outside a transaction of the inbox's data source
     * @throws ConcurrentDuplicateException when the first holder of one of the keys is still at work
     */
    Set<String> firstSeen(String consumer, Collection<String> keys);

    /**
     * Forgets keys recorded longer ago than this, by the database's clock, in batches of {@code 1000}, each in a
     * transaction of its own. Stops early when the thread is interrupted.
     *
     * @return how many were forgotten
     */
    long purge(Duration olderThan);

    /** This inbox with another bound to the wait for a concurrent first; zero: duplicates are told at once. */
    Inbox withWait(Duration wait);

    /** Starts an inbox on the data source of the caller's transactions. */
    static Builder builder(DataSource dataSource, PlatformTransactionManager transactionManager) {
        return new Builder(dataSource, transactionManager);
    }

    /** Work of an inbox. */
    @FunctionalInterface
    interface Work {

        /** Does it and gives its outcome. */
        @Nullable
        Object run() throws Throwable;
    }

    /** Builds an {@link Inbox}. Not thread-safe. */
    final class Builder {

        final DataSource dataSource;
        final PlatformTransactionManager transactionManager;
        PayloadSerializer serializer = PayloadSerializer.jackson(JsonMapper.shared(), PayloadTypes.unregistered());
        Duration wait = DEFAULT_WAIT;
        NetworkTimeout purgeTimeout = NetworkTimeout.DEFAULT;

        private Builder(DataSource dataSource, PlatformTransactionManager transactionManager) {
            this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
            this.transactionManager = Objects.requireNonNull(transactionManager, "transactionManager");
        }

        /**
         * How outcomes are recorded. Default: JSON by Jackson as it comes. An outcome needs no logical name; one that
         * has one can be upcast.
         */
        public Builder serializer(PayloadSerializer serializer) {
            this.serializer = Objects.requireNonNull(serializer, "serializer");
            return this;
        }

        /** How long a duplicate waits for a first that is still at work; zero: not at all. Default 10 s. */
        public Builder wait(Duration wait) {
            this.wait = JdbcInbox.requireWait(wait);
            return this;
        }

        /** How long an answer of the database is waited for while purging; default 5 minutes. */
        public Builder purgeTimeout(NetworkTimeout timeout) {
            this.purgeTimeout = Objects.requireNonNull(timeout, "timeout");
            return this;
        }

        /** The inbox. */
        public Inbox build() {
            return new JdbcInbox(this);
        }
    }
}
