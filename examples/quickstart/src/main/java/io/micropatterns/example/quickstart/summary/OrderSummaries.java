package io.micropatterns.example.quickstart.summary;

import io.micropatterns.example.quickstart.order.OrderPlaced;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of order summaries. */
@Repository
class OrderSummaries {

    private static final int MAX_LISTED = 1_000;

    private final JdbcClient jdbc;
    private final Clock clock;

    OrderSummaries(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Applies an event. Deliberately not idempotent by itself, so that a duplicate would show. */
    void apply(OrderPlaced event) {
        jdbc.sql("""
                INSERT INTO order_summaries
                    (order_id, customer_id, sku, quantity, placed_at, consumed_at, times_applied)
                VALUES (:orderId, :customerId, :sku, :quantity, :placedAt, :consumedAt, 1)
                ON CONFLICT (order_id) DO UPDATE SET times_applied = order_summaries.times_applied + 1
                """)
                .param("orderId", event.orderId())
                .param("customerId", event.customerId())
                .param("sku", event.sku())
                .param("quantity", event.quantity())
                .param("placedAt", event.placedAt().atOffset(ZoneOffset.UTC))
                .param("consumedAt", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<OrderSummary> find(UUID orderId) {
        return jdbc.sql("SELECT * FROM order_summaries WHERE order_id = ?")
                .param(orderId)
                .query(OrderSummaries::summary)
                .optional();
    }

    /** A customer's latest orders, newest first, at most {@value #MAX_LISTED}. */
    List<OrderSummary> findByCustomer(String customerId) {
        return jdbc.sql("SELECT * FROM order_summaries WHERE customer_id = ? ORDER BY placed_at DESC LIMIT ?")
                .param(customerId)
                .param(MAX_LISTED)
                .query(OrderSummaries::summary)
                .list();
    }

    private static OrderSummary summary(ResultSet row, int number) throws SQLException {
        return new OrderSummary(
                row.getObject("order_id", UUID.class),
                row.getString("customer_id"),
                row.getString("sku"),
                row.getInt("quantity"),
                instant(row, "placed_at"),
                instant(row, "consumed_at"),
                row.getInt("times_applied"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
