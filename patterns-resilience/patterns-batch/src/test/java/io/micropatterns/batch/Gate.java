package io.micropatterns.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A batch function that doubles numbers, and ends a batch only when it is let. */
final class Gate implements BatchFunction.Simple<Integer, Integer> {

    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore permits;

    private Gate(int permits) {
        this.permits = new Semaphore(permits);
    }

    static Gate open() {
        return new Gate(Integer.MAX_VALUE / 2);
    }

    static Gate shut() {
        return new Gate(0);
    }

    @Override
    public List<Integer> apply(List<Integer> items) throws InterruptedException {
        batches.add(List.copyOf(items));
        begun.release();
        permits.acquire();
        List<Integer> doubled = new ArrayList<>();
        items.forEach(item -> doubled.add(2 * item));
        return doubled;
    }

    /** Lets this many batches end. */
    void let(int count) {
        permits.release(count);
    }

    /** Waits until another batch has begun. */
    void awaitBegun() {
        try {
            if (!begun.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new AssertionError("no batch has begun; there were " + batches);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    List<List<Integer>> batches() {
        return batches;
    }
}
