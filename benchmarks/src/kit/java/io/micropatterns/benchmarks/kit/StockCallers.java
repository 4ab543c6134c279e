package io.micropatterns.benchmarks.kit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Callers who reserve one after another, each waiting for its own. */
final class StockCallers implements AutoCloseable {

    private final StockSubject subject;
    private final int items;
    private final int count;
    private final ExecutorService callers;
    private final List<long[]> waits = new ArrayList<>();

    StockCallers(StockSubject subject, Environment environment) {
        this.subject = subject;
        this.items = environment.number("items", 1);
        this.count = environment.number("threads", 32);
        this.callers = Executors.newFixedThreadPool(count);
        subject.stock(items, StockScenario.PLENTY);
    }

    /** Lets all of them reserve for so long, and returns how many they reserved. */
    long reserveFor(Duration length) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        List<Future<long[]>> done = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SplittableRandom random = new SplittableRandom(end + i);
            done.add(callers.submit(() -> reserveUntil(end, random)));
        }
        long reserved = 0;
        for (Future<long[]> each : done) {
            waits.add(each.get());
            reserved += each.get().length;
        }
        return reserved;
    }

    private long[] reserveUntil(long end, SplittableRandom random) throws Exception {
        LongStream.Builder own = LongStream.builder();
        for (long start = System.nanoTime(); start < end; ) {
            subject.reserve(StockSubject.item(random.nextInt(items)));
            long now = System.nanoTime();
            own.add(now - start);
            start = now;
        }
        return own.build().toArray();
    }

    void forgetWaits() {
        waits.clear();
    }

    /** How long this part of the callers waited at most, in milliseconds. */
    double waitMillis(double part) {
        long[] all = waits.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return all[(int) Math.min(all.length - 1L, Math.round(part * all.length))] / 1e6;
    }

    @Override
    public void close() {
        callers.shutdown();
    }
}
