package io.micropatterns.core.inbox;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.core.payload.Payload;
import io.micropatterns.core.payload.PayloadSerializer;
import java.lang.reflect.Type;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * {@link Inbox} in PostgreSQL. The unique index does the waiting: an insert of a key that an open transaction has
 * inserted waits until that one ends, bounded by {@code lock_timeout}. The statement that inserts also sets the timeout
 * and puts the former one back, so that it costs no round trip and does not bind the caller's own statements.
 */
final class JdbcInbox implements Inbox {

    private static final int PURGE_BATCH = 1_000;
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String UNNAMED = "outcome";

    private static final String SET_TIMEOUT = """
            (select set_config('patterns.lock_timeout', current_setting('lock_timeout'), true) as former,
                set_config('lock_timeout', ?, true) as bound)""";

    private static final String RESET_TIMEOUT =
            "set_config('lock_timeout', current_setting('patterns.lock_timeout'), true)";

    private static final String INSERT = "insert into patterns_inbox (consumer, key) select ?, ? from " + SET_TIMEOUT
            + " t where t.bound is not null on conflict (consumer, key) do nothing returning " + RESET_TIMEOUT;

    // In the order of the keys, so that two sets with keys in common wait for each other one way only.
    private static final String INSERT_ALL =
            "insert into patterns_inbox (consumer, key) select ?, k from " + SET_TIMEOUT
                    + " t, unnest(?::text[]) with ordinality as u (k, n) where t.bound is not null order by n"
                    + " on conflict (consumer, key) do nothing returning key";

    private final DataSource dataSource;
    private final NetworkTimeout purgeTimeout;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final TransactionTemplate ownTransaction;
    private final PayloadSerializer serializer;
    private final Duration wait;

    JdbcInbox(Builder builder) {
        this.dataSource = builder.dataSource;
        this.purgeTimeout = builder.purgeTimeout;
        this.jdbc = JdbcClient.create(builder.dataSource);
        this.transaction = new TransactionTemplate(builder.transactionManager);
        this.ownTransaction = new TransactionTemplate(builder.transactionManager);
        this.ownTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.serializer = builder.serializer;
        this.wait = builder.wait;
    }

    private JdbcInbox(JdbcInbox other, Duration wait) {
        this.dataSource = other.dataSource;
        this.purgeTimeout = other.purgeTimeout;
        this.jdbc = other.jdbc;
        this.transaction = other.transaction;
        this.ownTransaction = other.ownTransaction;
        this.serializer = other.serializer;
        this.wait = requireWait(wait);
    }

    static Duration requireWait(Duration wait) {
        if (wait.isNegative() || wait.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("wait must be between 0 and 1 day, but was " + wait);
        }
        return wait;
    }

    @Override
    public boolean once(String consumer, String key, Runnable work) {
        requireNames(consumer, List.of(key));
        return Boolean.TRUE.equals(transaction.execute(status -> {
            requireTransaction(consumer);
            boolean first = record(consumer, key) == null;
            if (first) {
                work.run();
            }
            return first;
        }));
    }

    @Override
    @SuppressWarnings("unchecked") // the serialiser answers with an instance of the class, boxed when it is primitive
    public <T> @Nullable T once(String consumer, String key, Class<T> outcome, Supplier<? extends @Nullable T> work) {
        return (@Nullable T) attempt(consumer, key, outcome, work::get).value();
    }

    @Override
    public @Nullable Object onceChecked(String consumer, String key, Type outcome, Work work) throws Throwable {
        try {
            return attempt(consumer, key, outcome, work).value();
        } catch (WorkFailedException ex) {
            throw Objects.requireNonNull(ex.getCause());
        }
    }

    @Override
    public Set<String> firstSeen(String consumer, Collection<String> keys) {
        requireNames(consumer, keys);
        requireTransaction(consumer);
        if (keys.isEmpty()) {
            return Set.of();
        }
        Set<String> inserted = new HashSet<>(bounded(
                consumer,
                keys,
                () -> jdbc.sql(INSERT_ALL)
                        .params(consumer, timeout(), new TreeSet<>(keys).toArray(String[]::new))
                        .query((row, number) -> row.getString(1))
                        .list()));
        jdbc.sql("select " + RESET_TIMEOUT).query((row, number) -> number).list();
        Set<String> first = new LinkedHashSet<>(keys);
        first.retainAll(inserted);
        return first;
    }

    @Override
    public long purge(Duration olderThan) {
        if (olderThan.isNegative()) {
            throw new IllegalArgumentException("olderThan must not be negative, but was " + olderThan);
        }
        long total = 0;
        int count;
        do {
            count = Objects.requireNonNull(ownTransaction.execute(status -> purgeBatch(olderThan)));
            total += count;
        } while (count == PURGE_BATCH && !Thread.currentThread().isInterrupted());
        return total;
    }

    @Override
    public Inbox withWait(Duration wait) {
        return wait.equals(this.wait) ? this : new JdbcInbox(this, wait);
    }

    private Outcome attempt(String consumer, String key, Type outcome, Work work) {
        requireNames(consumer, List.of(key));
        return Objects.requireNonNull(transaction.execute(status -> {
            requireTransaction(consumer);
            Recorded recorded = record(consumer, key);
            if (recorded != null) {
                return new Outcome(read(recorded, outcome));
            }
            Object result = WorkFailedException.wrapping(work);
            write(consumer, key, result);
            return new Outcome(result);
        }));
    }

    /** Records a key; answers what was recorded before, or {@code null} when it is new. */
    private @Nullable Recorded record(String consumer, String key) {
        while (true) {
            boolean first = !bounded(
                            consumer,
                            List.of(key),
                            () -> jdbc.sql(INSERT)
                                    .params(consumer, key, timeout())
                                    .query((row, number) -> number)
                                    .list())
                    .isEmpty();
            if (first) {
                return null;
            }
            List<Recorded> recorded = jdbc.sql("select i.outcome_type, i.content_type, i.outcome from (select "
                            + RESET_TIMEOUT + " as reset) t left join patterns_inbox i on i.consumer = ? and i.key = ?"
                            + " where t.reset is not null and i.key is not null")
                    .params(consumer, key)
                    .query((row, number) -> new Recorded(row.getString(1), row.getString(2), row.getBytes(3)))
                    .list();
            if (!recorded.isEmpty()) {
                return recorded.get(0);
            }
            // Purged between the two statements: it is new again.
        }
    }

    private void write(String consumer, String key, @Nullable Object outcome) {
        if (outcome == null) {
            return;
        }
        Payload payload = serializer.isNamed(outcome.getClass())
                ? serializer.serialize(outcome)
                : serializer.serialize(UNNAMED, outcome);
        jdbc.sql(
                        "update patterns_inbox set outcome_type = ?, content_type = ?, outcome = ? where consumer = ? and key = ?")
                .params(payload.type(), payload.contentType(), payload.data(), consumer, key)
                .update();
    }

    private @Nullable Object read(Recorded recorded, Type outcome) {
        if (recorded.type() == null || recorded.contentType() == null || recorded.data() == null) {
            return null;
        }
        return serializer.deserialize(new Payload(recorded.type(), recorded.contentType(), recorded.data()), outcome);
    }

    private <T> T bounded(String consumer, Collection<String> keys, Supplier<T> statement) {
        try {
            return statement.get();
        } catch (DataAccessException ex) {
            if (ex.getRootCause() instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState())) {
                throw new ConcurrentDuplicateException(consumer, keys, wait, ex);
            }
            throw ex;
        }
    }

    private int purgeBatch(Duration olderThan) {
        purgeTimeout.applyToTransaction(dataSource);
        return jdbc.sql("""
                        delete from patterns_inbox where ctid = any(array(
                            select ctid from patterns_inbox
                            where created_at < statement_timestamp() - ?::bigint * interval '1 millisecond'
                            order by created_at limit ? for update skip locked))
                        """).params(olderThan.toMillis(), PURGE_BATCH).update();
    }

    /** In milliseconds; zero would mean for ever to the database. */
    private String timeout() {
        return String.valueOf(Math.max(1, wait.toMillis()));
    }

    /** A transaction of another resource, as Kafka's, would not undo the record with the effect. */
    private void requireTransaction(String consumer) {
        if (!Transactions.isActive(dataSource)) {
            throw new InboxException(
                    consumer,
                    "Keys of consumer '" + consumer + "' were to be recorded outside a transaction of the inbox's data"
                            + " source, so they could not stand or fall with their effect. Put @Transactional on the"
                            + " calling method, or use a TransactionTemplate, with that data source's transaction"
                            + " manager.",
                    null);
        }
    }

    private static void requireNames(String consumer, Collection<String> keys) {
        if (consumer.isBlank()) {
            throw new IllegalArgumentException("consumer must not be blank");
        }
        for (String key : keys) {
            if (key.isEmpty()) {
                throw new IllegalArgumentException("key must not be empty for consumer '" + consumer + "'");
            }
        }
    }

    private record Outcome(@Nullable Object value) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Recorded(@Nullable String type, @Nullable String contentType, byte @Nullable [] data) {}
}
