package io.micropatterns.example.quickstart.page;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.example.quickstart.order.NewOrder;
import io.micropatterns.example.quickstart.order.OrderService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/** Buyers who all want a piece of the same item at the same time. Safe for use by many threads. */
@Component
class Buyers {

    /** What a buyer was told. */
    enum Answer {
        SOLD,
        OUT_OF_STOCK,
        /** Something else, or nothing in time; see the log. */
        NONE
    }

    private static final Logger log = LoggerFactory.getLogger(Buyers.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final OrderService orders;
    private final ObservationRegistry observations;

    Buyers(OrderService orders, ObservationRegistry observations) {
        this.orders = orders;
        this.observations = observations;
    }

    /**
     * Each buyer, in a thread of its own, orders one piece and pays for it. Blocks until all have their answers, or run
     * out of patience after a minute.
     */
    List<Answer> rush(String sku, int count) throws InterruptedException {
        var threads = new CustomizableThreadFactory("buyer-");
        threads.setDaemon(true);
        var pool = Executors.newFixedThreadPool(count, threads);
        try {
            var all = new CountDownLatch(count);
            var buyers = IntStream.rangeClosed(1, count)
                    .mapToObj(number -> buyer(new NewOrder("buyer-" + number, sku, 1), all))
                    .toList();
            return pool.invokeAll(buyers, PATIENCE.toMillis(), TimeUnit.MILLISECONDS).stream()
                    .map(Buyers::answer)
                    .toList();
        } finally {
            pool.shutdownNow();
        }
    }

    private Callable<Answer> buyer(NewOrder order, CountDownLatch all) {
        return () -> {
            all.countDown();
            all.await();
            return Observation.createNotStarted("demo.order", observations).observe(() -> buy(order));
        };
    }

    private Answer buy(NewOrder order) {
        try {
            orders.pay(orders.place(order).orderId());
            return Answer.SOLD;
        } catch (InsufficientStockException refused) {
            return Answer.OUT_OF_STOCK;
        }
    }

    private static Answer answer(Future<Answer> buyer) {
        try {
            // invokeAll has cancelled those who are not done.
            return buyer.isCancelled() ? Answer.NONE : buyer.get();
        } catch (ExecutionException e) {
            log.warn("A buyer was told neither that the piece is sold nor that there is none", e.getCause());
            return Answer.NONE;
        } catch (InterruptedException e) {
            throw new IllegalStateException("It is done, and need not be waited for", e);
        }
    }
}
