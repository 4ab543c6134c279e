package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.OutboxMonitor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Counts what lies behind the saved cursors. A figure is kept for a second, or for twenty times as long as counting took,
 * so that a large backlog is not counted all the time. Thread-safe.
 */
public final class PendingEvents implements OutboxMonitor {

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int REST_FACTOR = 20;

    private final JdbcTemplate jdbc;
    private final ReentrantLock counting = new ReentrantLock();
    private volatile @Nullable Figures figures;

    /** On the outbox's data source, with the {@linkplain NetworkTimeout#DEFAULT default} timeout. */
    public PendingEvents(DataSource dataSource) {
        this(dataSource, NetworkTimeout.DEFAULT);
    }

    /** On the outbox's data source; the timeout is that of counting one shard. */
    public PendingEvents(DataSource dataSource, NetworkTimeout timeout) {
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
    }

    @Override
    public long pending() {
        return figures().pending;
    }

    @Override
    public Duration oldestPendingAge() {
        return figures().age;
    }

    @Override
    public long lastKnownPending() {
        Figures known = figures;
        return known == null ? 0 : known.pending;
    }

    @Override
    public Duration lastKnownOldestAge() {
        Figures known = figures;
        return known == null ? Duration.ZERO : known.age;
    }

    private Figures figures() {
        Figures known = figures;
        if (known != null && (known.isFresh() || counting.isLocked())) {
            return known;
        }
        counting.lock();
        try {
            known = figures;
            if (known == null || !known.isFresh()) {
                known = count();
                figures = known;
            }
            return known;
        } finally {
            counting.unlock();
        }
    }

    private Figures count() {
        long begin = System.nanoTime();
        long pending = 0;
        Duration age = Duration.ZERO;
        for (UnpublishedSql unpublished : unpublished()) {
            Shard shard = count(unpublished);
            pending += shard.pending;
            age = shard.age.compareTo(age) > 0 ? shard.age : age;
        }
        long took = System.nanoTime() - begin;
        return new Figures(pending, age, System.nanoTime() + Math.max(SHORTEST.toNanos(), took * REST_FACTOR));
    }

    private Shard count(UnpublishedSql unpublished) {
        // No row has a negative age but by a clock that was set back.
        return Objects.requireNonNull(jdbc.queryForObject(
                "select count(*), (extract(epoch from clock_timestamp() - min(created_at)) * 1000)::bigint"
                        + " from patterns_outbox where " + unpublished.where(),
                (row, index) -> new Shard(row.getLong(1), Duration.ofMillis(Math.max(0, row.getLong(2)))),
                unpublished.arguments().toArray()));
    }

    @Override
    public Map<String, Long> pendingByTopic() {
        Map<String, Long> topics = new TreeMap<>();
        for (UnpublishedSql unpublished : unpublished()) {
            jdbc.query(
                    "select topic, count(*) as pending from patterns_outbox where " + unpublished.where()
                            + " group by topic",
                    row -> {
                        topics.merge(row.getString("topic"), row.getLong("pending"), Long::sum);
                    },
                    unpublished.arguments().toArray());
        }
        return topics;
    }

    private List<UnpublishedSql> unpublished() {
        return ShardCursor.all(jdbc).stream().map(ShardCursor::unpublished).toList();
    }

    private record Shard(long pending, Duration age) {}

    private record Figures(long pending, Duration age, long freshUntil) {

        boolean isFresh() {
            return System.nanoTime() - freshUntil < 0;
        }
    }
}
