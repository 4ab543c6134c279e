package io.micropatterns.core.autoconfigure;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Repeats a task on a daemon thread of its own while the application context runs. A failure is logged, and the task
 * comes round again.
 */
public final class PeriodicTask implements SmartLifecycle {

    private static final Logger logger = LoggerFactory.getLogger(PeriodicTask.class);

    private final String name;
    private final Duration interval;
    private final Runnable task;

    private volatile @Nullable ScheduledExecutorService executor;

    /** Not started yet. */
    public PeriodicTask(String name, Duration interval, Runnable task) {
        this.name = Objects.requireNonNull(name, "name");
        this.interval = Objects.requireNonNull(interval, "interval");
        this.task = Objects.requireNonNull(task, "task");
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // run() reports its own failures
    public synchronized void start() {
        if (executor == null) {
            ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(1, this::thread);
            started.scheduleWithFixedDelay(this::run, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
            executor = started;
        }
    }

    @Override
    public synchronized void stop() {
        ScheduledExecutorService running = executor;
        if (running != null) {
            executor = null;
            running.shutdownNow();
            try {
                if (!running.awaitTermination(5, TimeUnit.SECONDS)) {
                    logger.warn("{} is still running after 5 s and is left behind", name);
                }
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return executor != null;
    }

    private void run() {
        try {
            task.run();
        } catch (RuntimeException | Error ex) {
            // Thrown on, an error would end the repetition for good.
            if (isRunning()) {
                logger.warn("{} failed and is tried again in {} s", name, interval.toSeconds(), ex);
            }
        }
    }

    private Thread thread(Runnable runnable) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        return thread;
    }
}
