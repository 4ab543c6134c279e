package io.micropatterns.example.quickstart.order;

import io.micropatterns.escrow.Reservation;
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

    private UUID reservationId;

    private Instant heldUntil;

    private @Nullable Instant paidAt;

    // Null until stored: it tells Spring Data that the order is new although its id is already set.
    @Version
    private @Nullable Long version;

    @SuppressWarnings("NullAway.Init") // JPA fills the fields
    protected Order() {}

    Order(NewOrder request, Instant placedAt, Reservation hold) {
        this.orderId = UUID.randomUUID();
        this.customerId = request.customerId();
        this.sku = request.sku();
        this.quantity = request.quantity();
        this.placedAt = placedAt;
        this.reservationId = hold.id();
        this.heldUntil = hold.expiresAt();
    }

    void paid(Instant at) {
        paidAt = at;
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

    UUID reservationId() {
        return reservationId;
    }

    Instant heldUntil() {
        return heldUntil;
    }

    @Nullable
    Instant paidAt() {
        return paidAt;
    }
}
