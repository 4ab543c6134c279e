package io.micropatterns.escrow;

import io.micropatterns.core.inbox.Idempotent;
import java.util.Map;
import java.util.UUID;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Methods with {@link Reserve}, which do what they are given. */
class Shop {

    interface Work {
        void with(Reservation held) throws Exception;
    }

    private final CurrentReservation current;

    Shop(CurrentReservation current) {
        this.current = current;
    }

    @Reserve(resource = "#sku", quantity = "#quantity", timeToLive = "1m")
    public UUID plain(String sku, int quantity, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku")
    @Transactional(rollbackFor = Throwable.class)
    public UUID transactional(String sku, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku")
    @Transactional(noRollbackFor = RuntimeException.class)
    public UUID committing(String sku, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku")
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public UUID inItsOwnTransaction(String sku, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku", quantity = "2")
    @Reserve(quantities = "#more")
    public UUID several(String sku, Map<String, Integer> more, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku", requestId = "#request")
    public UUID request(String sku, String request, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku", quantity = "#quantity", requestId = "#request")
    @Transactional(rollbackFor = Throwable.class)
    public UUID transactionalRequest(String sku, int quantity, String request, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku", requestId = "#key")
    @Idempotent(consumer = "shop", key = "#key", waits = false)
    public UUID once(String sku, String key, Work work) throws Exception {
        return run(work);
    }

    @Reserve(resource = "#sku")
    @Idempotent(consumer = "shop", key = "#key")
    public UUID idempotentOnly(String sku, String key, Work work) throws Exception {
        return run(work);
    }

    private UUID run(Work work) throws Exception {
        work.with(current.get());
        return current.get().id();
    }
}
