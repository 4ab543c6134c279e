package io.micropatterns.example.quickstart.order;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An order, as the write model keeps it. */
@Entity
@Table(name = "orders")
class Order {

    @Id
    private UUID orderId;

    private String customerId;

    private String sku;

    private int quantity;

    private Instant placedAt;

    // Null until stored: it tells Spring Data that the order is new although its id is already set.
    @Version
    private @Nullable Long version;

    @SuppressWarnings("NullAway.Init") // JPA fills the fields
    protected Order() {}

    Order(UUID orderId, String customerId, String sku, int quantity, Instant placedAt) {
        this.orderId = orderId;
        this.customerId = customerId;
        this.sku = sku;
        this.quantity = quantity;
        this.placedAt = placedAt;
    }

    UUID orderId() {
        return orderId;
    }

    String customerId() {
        return customerId;
    }

    String sku() {
        return sku;
    }

    int quantity() {
        return quantity;
    }

    Instant placedAt() {
        return placedAt;
    }
}
