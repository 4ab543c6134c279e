package io.micropatterns.example.quickstart.page;

import io.micropatterns.example.quickstart.page.Status.LatestOrder;
import io.micropatterns.example.quickstart.stock.Items;
import io.micropatterns.outbox.OutboxMonitor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Reads the page's figures, at most a few times a second however many pages are open. Safe for use by many threads. */
@Component
class StatusReader {

    private static final Duration FRESH = Duration.ofMillis(250);
    private static final int LATEST = 12;

    private final JdbcClient jdbc;
    private final OutboxMonitor outbox;
    private final DemoOrders demo;
    private final Items items;
    private final Drills drills;
    private final TopicWatch topic;
    private final TransactionOperations transaction;
    private final Clock clock;
    private @Nullable Status last;

    StatusReader(
            JdbcClient jdbc,
            OutboxMonitor outbox,
            DemoOrders demo,
            Items items,
            Drills drills,
            TopicWatch topic,
            TransactionOperations transaction,
            Clock clock) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.demo = demo;
        this.items = items;
        this.drills = drills;
        this.topic = topic;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** The figures, from all instances' work. Blocks for a few queries. */
    synchronized Status read() {
        var now = clock.instant();
        if (last == null || last.at().plus(FRESH).isBefore(now)) {
            // One connection for all queries: while many buyers wait for one, so does each query.
            last = transaction.execute(status -> readAt(now));
        }
        return last;
    }

    private Status readAt(Instant now) {
        long published = topic.count();
        var counts = jdbc.sql("""
                SELECT (SELECT count(*) FROM orders) AS placed,
                       (SELECT coalesce(sum(times_applied), 0) FROM order_summaries) AS consumed
                """).query(Counts.class).single();
        return new Status(
                now,
                counts.placed(),
                published,
                counts.consumed(),
                waiting(counts.placed() - published),
                new Status.Demo(demo.waiting(), demo.failed()),
                items.list(),
                drills.latest().orElse(null),
                latest());
    }

    /** The outbox's own figures are up to a second or two old: what is in the topic by now does not wait any more. */
    private Status.Waiting waiting(long unpublished) {
        long pending = Math.max(0, Math.min(outbox.pending(), unpublished));
        return new Status.Waiting(
                pending, pending == 0 ? 0 : outbox.oldestPendingAge().toMillis());
    }

    private List<LatestOrder> latest() {
        return jdbc.sql("""
                SELECT o.*, s.consumed_at FROM orders o LEFT JOIN order_summaries s USING (order_id)
                ORDER BY o.placed_at DESC LIMIT ?
                """).param(LATEST).query(this::latest).list();
    }

    private LatestOrder latest(ResultSet row, int number) throws SQLException {
        var orderId = row.getObject("order_id", UUID.class);
        var placedAt = row.getObject("placed_at", OffsetDateTime.class).toInstant();
        var consumedAt = row.getObject("consumed_at", OffsetDateTime.class);
        return new LatestOrder(
                orderId,
                row.getString("customer_id"),
                row.getString("sku"),
                row.getInt("quantity"),
                placedAt,
                millis(placedAt, topic.seenAt(orderId.toString())),
                millis(placedAt, consumedAt == null ? null : consumedAt.toInstant()));
    }

    private static @Nullable Long millis(Instant from, @Nullable Instant to) {
        return to == null ? null : Math.max(0, Duration.between(from, to).toMillis());
    }

    private record Counts(long placed, long consumed) {}
}
