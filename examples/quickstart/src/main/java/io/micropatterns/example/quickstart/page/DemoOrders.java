package io.micropatterns.example.quickstart.page;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micropatterns.example.quickstart.order.NewOrder;
import io.micropatterns.example.quickstart.order.OrderService;
import io.micropatterns.example.quickstart.stock.Items;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.stereotype.Component;

/**
 * Places made-up orders in the background, each in a transaction of its own. Every other customer pays at once; what the
 * rest have ordered is held until its time is over. Safe for use by many threads.
 */
@Component
class DemoOrders implements DisposableBean {

    static final int MAX_COUNT = 10_000;

    private static final Logger log = LoggerFactory.getLogger(DemoOrders.class);
    private static final int MAX_WAITING = 2 * MAX_COUNT;
    private static final List<String> CUSTOMERS = List.of("ada", "alan", "barbara", "edsger", "grace", "leslie");

    private final OrderService orders;
    private final ObservationRegistry observations;
    private final ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
    private final Semaphore room = new Semaphore(MAX_WAITING);
    private final AtomicLong failed = new AtomicLong();

    DemoOrders(OrderService orders, ObservationRegistry observations) {
        this.orders = orders;
        this.observations = observations;
        pool.setThreadNamePrefix("demo-orders-");
        pool.setCorePoolSize(4);
        pool.setMaxPoolSize(4);
        pool.setQueueCapacity(MAX_WAITING);
        pool.initialize();
    }

    /** Accepts all of the orders, or none when too many wait already: then the answer is {@code false}. */
    boolean place(int count) {
        if (!room.tryAcquire(count)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            pool.execute(this::placeOne);
        }
        return true;
    }

    /** How many accepted orders are not yet placed. */
    int waiting() {
        return MAX_WAITING - room.availablePermits();
    }

    /** How many orders could not be placed since the start. */
    long failed() {
        return failed.get();
    }

    @Override
    public void destroy() {
        pool.shutdown();
    }

    private void placeOne() {
        try {
            Observation.createNotStarted("demo.order", observations).observe(this::placeOneAndMaybePay);
        } catch (RuntimeException failure) {
            log.warn("A demo order could not be placed", failure);
            failed.incrementAndGet();
        } finally {
            room.release();
        }
    }

    private void placeOneAndMaybePay() {
        var order = orders.place(madeUp());
        if (ThreadLocalRandom.current().nextBoolean()) {
            orders.pay(order.orderId());
        }
    }

    private static NewOrder madeUp() {
        var random = ThreadLocalRandom.current();
        return new NewOrder(
                CUSTOMERS.get(random.nextInt(CUSTOMERS.size())),
                Items.PLENTIFUL.get(random.nextInt(Items.PLENTIFUL.size())),
                1 + random.nextInt(5));
    }
}
