package io.micropatterns.core.deadletter;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link DeadLetters} in PostgreSQL. */
final class JdbcDeadLetters implements DeadLetters {

    private static final Logger logger = LoggerFactory.getLogger(JdbcDeadLetters.class);

    private static final int BATCH_SIZE = 100;

    private static final Comparator<Channel> LOCK_ORDER =
            Comparator.comparing(Channel::source).thenComparing(Channel::channel);

    // A letter that would wait for nobody, because its predecessor has just gone, is due at once.
    private static final String INSERT = """
            insert into patterns_dead_letter (id, source, channel, reference, sequence, key, destination, type, payload,
                headers, attempts, status, first_failed_at, last_failed_at, next_attempt_at, cause_type, cause_message,
                stack_trace)
            select id, source, channel, reference, sequence, key, destination, type, payload, headers::json, attempts,
                case when due then 'RETRYING' else status end, statement_timestamp(), statement_timestamp(),
                case when due then statement_timestamp()
                    else statement_timestamp() + delay * interval '1 microsecond' end,
                cause_type, cause_message, stack_trace
            from (
                select n.*, n.status = 'WAITING' and not exists (
                    select 1 from patterns_dead_letter e
                    where e.source = n.source and e.channel = n.channel and e.destination = n.destination
                        and e.key = n.key and e.sequence < n.sequence) as due
                from (values (?::uuid, ?::text, ?::text, ?::text, ?::bigint, ?::text, ?::text, ?::text, ?::bytea,
                    ?::text, ?::integer, ?::text, ?::bigint, ?::text, ?::text, ?::text))
                    as n (id, source, channel, reference, sequence, key, destination, type, payload, headers, attempts,
                        status, delay, cause_type, cause_message, stack_trace)) p
            on conflict (source, reference) do nothing
            """;

    private static final String PROMOTE = """
            update patterns_dead_letter d
            set status = 'RETRYING', next_attempt_at = statement_timestamp()
            where d.status = 'WAITING' and d.id = (
                select e.id from patterns_dead_letter e
                where e.source = ? and e.channel = ? and e.destination = ? and e.key = ?
                order by e.sequence, e.id limit 1)
            """;

    private static final String WAIT_IN_LINE = """
            update patterns_dead_letter d
            set status = 'WAITING', next_attempt_at = null
            where d.source = ? and d.channel = ? and d.destination = ? and d.key = ? and d.status <> 'WAITING'
                and exists (
                    select 1 from patterns_dead_letter e
                    where e.source = d.source and e.channel = d.channel and e.destination = d.destination
                        and e.key = d.key and e.sequence < d.sequence)
            """;

    private static final String MAKE_DUE =
            "update patterns_dead_letter set status = 'RETRYING', next_attempt_at = statement_timestamp()";

    private final DataSource dataSource;
    private final NetworkTimeout timeout;
    private final JdbcClient joining;
    private final JdbcClient alone;
    private final JdbcTemplate template;
    private final TransactionTemplate transaction;
    private final DeadLetterListener listener;

    JdbcDeadLetters(
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            DeadLetterListener listener,
            NetworkTimeout timeout) {
        this.dataSource = dataSource;
        this.timeout = timeout;
        this.template = new JdbcTemplate(dataSource);
        this.joining = JdbcClient.create(template);
        this.alone = JdbcClient.create(new AutoCommitDataSource(dataSource, timeout));
        // What was parked or removed while it waited for a channel's lock decides who waits for whom.
        this.transaction = Transactions.readCommitted(transactionManager);
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    @Override
    public boolean park(NewDeadLetter letter) {
        return inTransaction(() -> insert(List.of(letter)) > 0);
    }

    @Override
    public void parkAll(Collection<NewDeadLetter> letters) {
        if (!letters.isEmpty()) {
            inTransaction(() -> insert(letters));
        }
    }

    @Override
    public void parkBlocking(Collection<NewDeadLetter> letters) {
        if (!letters.isEmpty()) {
            inTransaction(() -> {
                int parked = insert(letters);
                List<Object[]> keys = distinctKeys(letters.stream()
                        .filter(letter -> letter.key() != null)
                        .map(letter -> List.of(letter.source(), letter.channel(), letter.destination(), letter.key())));
                if (!keys.isEmpty()) {
                    template.batchUpdate(WAIT_IN_LINE, keys);
                }
                return parked;
            });
        }
    }

    @Override
    public Set<String> parked(String source, Collection<String> references) {
        if (references.isEmpty()) {
            return Set.of();
        }
        return new LinkedHashSet<>(
                jdbc().sql("select reference from patterns_dead_letter where source = ? and reference = any(?)")
                        .param(source)
                        .param(references.toArray(String[]::new))
                        .query((result, row) -> result.getString(1))
                        .list());
    }

    @Override
    public boolean any(String source, String channel) {
        return jdbc().sql("select exists (select 1 from patterns_dead_letter where source = ? and channel = ?)")
                .params(source, channel)
                .query(Boolean.class)
                .single();
    }

    @Override
    public List<DeadLetter> due(String source, String channel, int limit) {
        return jdbc().sql(DeadLetterRows.SELECT
                        + " where source = ? and channel = ? and status = 'RETRYING'"
                        + " and next_attempt_at <= statement_timestamp() order by sequence, id limit ?")
                .params(source, channel, limit)
                .query(DeadLetterRows::map)
                .list();
    }

    @Override
    public Set<BlockedKey> blockedKeys(String source, String channel) {
        return new LinkedHashSet<>(jdbc().sql("select distinct destination, key from patterns_dead_letter"
                        + " where source = ? and channel = ? and key is not null")
                .params(source, channel)
                .query((result, row) -> new BlockedKey(result.getString(1), result.getString(2)))
                .list());
    }

    @Override
    public void failedAgain(DeadLetter letter, Throwable cause, @Nullable Duration nextAttempt) {
        Cause last = Cause.of(cause);
        OffsetDateTime wasDue = Objects.requireNonNull(
                        letter.nextAttemptAt(), "a letter that was not due cannot fail again")
                .atOffset(ZoneOffset.UTC);
        inTransaction(() -> {
            lock(List.of(new Channel(letter.source(), letter.channel())));
            // Whatever an operator does to a letter changes when it is due.
            return jdbc().sql("""
                            update patterns_dead_letter set attempts = attempts + 1,
                                last_failed_at = statement_timestamp(), status = ?,
                                next_attempt_at = statement_timestamp() + ?::bigint * interval '1 microsecond',
                                cause_type = ?, cause_message = ?, stack_trace = ?
                            where id = ? and next_attempt_at = ?
                            """)
                    .param((nextAttempt == null ? DeadLetterStatus.DEAD : DeadLetterStatus.RETRYING).name())
                    .param(micros(nextAttempt))
                    .params(last.type(), last.message(), last.stackTrace(), letter.id(), wasDue)
                    .update();
        });
    }

    @Override
    public void resolve(Collection<DeadLetterVersion> delivered) {
        if (!delivered.isEmpty()) {
            inTransaction(() -> {
                List<Removed> removed = remove(
                        delivered.stream().map(DeadLetterVersion::id).toArray(UUID[]::new),
                        delivered.stream().map(DeadLetterVersion::version).toArray(Integer[]::new));
                removed.stream()
                        .collect(Collectors.groupingBy(Removed::source, Collectors.summingInt(letter -> 1)))
                        .forEach((source, count) -> afterCommit(() -> listener.resolved(source, count)));
                return removed.size();
            });
        }
    }

    @Override
    public Optional<DeadLetter> find(UUID id) {
        return jdbc().sql(DeadLetterRows.SELECT + " where id = ?")
                .param(id)
                .query(DeadLetterRows::map)
                .optional();
    }

    @Override
    public List<DeadLetter> list(DeadLetterQuery query) {
        DeadLetterCriteria criteria = DeadLetterCriteria.page(query);
        return jdbc().sql(DeadLetterRows.SELECT + criteria.where() + " order by last_failed_at desc, id desc limit ?")
                .params(criteria.parameters())
                .param(query.limit())
                .query(DeadLetterRows::map)
                .list();
    }

    @Override
    public long count(DeadLetterQuery query) {
        DeadLetterCriteria criteria = DeadLetterCriteria.all(query);
        return jdbc().sql("select count(*) from patterns_dead_letter" + criteria.where())
                .params(criteria.parameters())
                .query(Long.class)
                .single();
    }

    @Override
    public List<DeadLetterCount> counts() {
        return jdbc().sql("select source, status, type, count(*) from patterns_dead_letter"
                        + " group by source, status, type order by source, status, type")
                .query((result, row) -> new DeadLetterCount(
                        result.getString(1),
                        DeadLetterStatus.valueOf(result.getString(2)),
                        result.getString(3),
                        result.getLong(4)))
                .list();
    }

    @Override
    public boolean retry(UUID id) {
        return jdbc().sql(MAKE_DUE + " where id = ? and status <> 'WAITING'")
                        .param(id)
                        .update()
                > 0;
    }

    @Override
    public int retryAll(DeadLetterQuery query) {
        DeadLetterCriteria criteria = DeadLetterCriteria.all(query).and("status <> 'WAITING'");
        return inTransaction(() -> {
            lock(jdbc().sql("select distinct source, channel from patterns_dead_letter" + criteria.where())
                    .params(criteria.parameters())
                    .query((result, row) -> new Channel(result.getString(1), result.getString(2)))
                    .list());
            return jdbc().sql(MAKE_DUE + criteria.where())
                    .params(criteria.parameters())
                    .update();
        });
    }

    @Override
    public boolean discard(UUID id, String reason) {
        Objects.requireNonNull(reason, "reason");
        return inTransaction(() -> {
            List<Removed> removed = remove(new UUID[] {id}, null);
            for (Removed letter : removed) {
                afterCommit(() -> {
                    logger.warn(
                            "Discarded dead letter {} of {} (reference {}, type {}, destination {}): {}",
                            id,
                            letter.source(),
                            letter.reference(),
                            letter.type(),
                            letter.destination(),
                            reason);
                    listener.discarded(letter.source());
                });
            }
            return !removed.isEmpty();
        });
    }

    @Override
    public boolean replay(UUID id, byte[] payload, Map<String, String> headers) {
        return jdbc().sql(
                                MAKE_DUE
                                        + ", version = version + 1, payload = ?, headers = (headers::jsonb || ?::jsonb)::json where id = ? and status <> 'WAITING'")
                        .params(payload, DeadLetterRows.write(headers), id)
                        .update()
                > 0;
    }

    private int insert(Collection<NewDeadLetter> letters) {
        lock(letters.stream()
                .map(letter -> new Channel(letter.source(), letter.channel()))
                .toList());
        Map<String, Integer> parked = new LinkedHashMap<>();
        List<NewDeadLetter> ordered = List.copyOf(letters);
        int[][] counts = template.batchUpdate(INSERT, ordered, BATCH_SIZE, DeadLetterRows::set);
        int total = 0;
        int index = 0;
        for (int[] batch : counts) {
            for (int count : batch) {
                parked.merge(ordered.get(index++).source(), count, Integer::sum);
                total += count;
            }
        }
        parked.forEach((source, count) -> {
            if (count > 0) {
                afterCommit(() -> listener.parked(source, count));
            }
        });
        return total;
    }

    /** Removes letters, in these versions of theirs if there are any given. */
    private List<Removed> remove(UUID[] ids, Integer @Nullable [] versions) {
        lock(jdbc().sql("select distinct source, channel from patterns_dead_letter where id = any(?)")
                .param(ids)
                .query((result, row) -> new Channel(result.getString(1), result.getString(2)))
                .list());
        List<Removed> removed = jdbc().sql("delete from patterns_dead_letter d"
                        + " using unnest(?::uuid[], ?::integer[]) as r (id, version)"
                        + " where d.id = r.id and (r.version is null or d.version = r.version)"
                        + " returning d.source, d.channel, d.destination, d.key, d.reference, d.type")
                .params(ids, versions == null ? new Integer[0] : versions)
                .query((result, row) -> new Removed(
                        result.getString(1),
                        result.getString(2),
                        result.getString(3),
                        result.getString(4),
                        result.getString(5),
                        result.getString(6)))
                .list();
        List<Object[]> keys = distinctKeys(removed.stream()
                .filter(letter -> letter.key() != null)
                .map(letter -> List.of(letter.source(), letter.channel(), letter.destination(), letter.key())));
        if (!keys.isEmpty()) {
            template.batchUpdate(PROMOTE, keys);
        }
        return removed;
    }

    private static List<Object[]> distinctKeys(Stream<List<String>> keys) {
        return keys.distinct().map(List::toArray).toList();
    }

    /** Serialises those who write several letters of a channel; always in one order, so that none deadlock. */
    private void lock(Collection<Channel> channels) {
        Set<Channel> ordered = new TreeSet<>(LOCK_ORDER);
        ordered.addAll(channels);
        for (Channel channel : ordered) {
            jdbc().sql("select pg_advisory_xact_lock(hashtextextended(?, 0))")
                    .param("patterns_dead_letter/" + channel.source() + "/" + channel.channel())
                    .query((result, row) -> channel)
                    .list();
        }
    }

    static @Nullable Long micros(@Nullable Duration duration) {
        return duration == null ? null : Math.max(0, duration.toNanos() / 1_000);
    }

    private JdbcClient jdbc() {
        return TransactionSynchronizationManager.isActualTransactionActive() ? joining : alone;
    }

    private <T> T inTransaction(Supplier<T> work) {
        boolean joins = TransactionSynchronizationManager.isActualTransactionActive();
        return Objects.requireNonNull(transaction.execute(status -> {
            if (!joins) {
                timeout.applyToTransaction(dataSource);
            }
            return work.get();
        }));
    }

    private static void afterCommit(Runnable action) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
    }

    private record Channel(String source, String channel) {}

    private record Removed(
            String source,
            String channel,
            String destination,
            @Nullable String key,
            String reference,
            String type) {}
}
