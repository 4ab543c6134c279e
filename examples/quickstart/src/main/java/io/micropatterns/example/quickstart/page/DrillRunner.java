package io.micropatterns.example.quickstart.page;

import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.example.quickstart.page.Buyers.Answer;
import io.micropatterns.example.quickstart.stock.Items;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.stereotype.Component;

/**
 * Sells an item of which there are few pieces to many buyers at once, in the background; one drill at a time on an
 * instance. Safe for use by many threads.
 */
@Component
class DrillRunner implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(DrillRunner.class);
    private static final int BUYERS = 500;
    private static final int PIECES = 100;

    private final Items items;
    private final Buyers buyers;
    private final EscrowResources resources;
    private final Drills drills;
    private final AtomicBoolean running = new AtomicBoolean();
    private final ThreadPoolTaskExecutor background = new ThreadPoolTaskExecutor();

    DrillRunner(Items items, Buyers buyers, EscrowResources resources, Drills drills) {
        this.items = items;
        this.buyers = buyers;
        this.resources = resources;
        this.drills = drills;
        background.setThreadNamePrefix("drill-");
        background.setCorePoolSize(1);
        background.setMaxPoolSize(1);
        background.setQueueCapacity(1);
        background.initialize();
    }

    /** Starts a drill, and answers the item that is sold in it; or does nothing when one is under way. */
    Optional<String> start() {
        if (!running.compareAndSet(false, true)) {
            return Optional.empty();
        }
        try {
            var sku = items.addForDrill(PIECES).sku();
            drills.started(sku, BUYERS);
            background.execute(() -> run(sku));
            return Optional.of(sku);
        } catch (RuntimeException failure) {
            running.set(false);
            throw failure;
        }
    }

    @Override
    public void destroy() {
        background.shutdown();
    }

    private void run(String sku) {
        try {
            drills.ended(sku, sell(sku));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            log.warn("The drill with {} could not be brought to its end", sku, failure);
        }
    }

    private Drill.Result sell(String sku) throws InterruptedException {
        try {
            long start = System.nanoTime();
            var answers = buyers.rush(sku, BUYERS);
            long took = System.nanoTime() - start;
            var discrepancies = resources.verify();
            discrepancies.forEach(each -> log.error("The stock does not agree with its reservations: {}", each));
            return new Drill.Result(
                    TimeUnit.NANOSECONDS.toMillis(took),
                    Collections.frequency(answers, Answer.OUT_OF_STOCK),
                    Collections.frequency(answers, Answer.NONE),
                    discrepancies.size());
        } finally {
            // Before the result is shown: whoever sees it may start another drill.
            running.set(false);
        }
    }
}
