package io.micropatterns.batch.autoconfigure;

import io.micropatterns.batch.BatchedMethods;
import org.springframework.context.SmartLifecycle;

/**
 * Lets batches end when the application does: after it takes no more requests, and before its beans are destroyed. One that is
 * started again batches again.
 */
final class BatchDrain implements SmartLifecycle {

    /** Below the web server's, which stops before that. */
    private static final int PHASE = DEFAULT_PHASE - 4096;

    private final BatchedMethods methods;
    private volatile boolean running;

    BatchDrain(BatchedMethods methods) {
        this.methods = methods;
    }

    @Override
    public void start() {
        methods.open();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        methods.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
