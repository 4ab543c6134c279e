package io.micropatterns.example.quickstart.order;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Lock;

interface Orders extends JpaRepository<Order, UUID> {

    /** The order as it is once all others who have locked it are done; locked until the transaction ends. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    Optional<Order> findLockedByOrderId(UUID orderId);
}
