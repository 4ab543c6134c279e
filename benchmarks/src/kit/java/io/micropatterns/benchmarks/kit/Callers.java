package io.micropatterns.benchmarks.kit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** Callers who call one after another, each waiting for its own. */
public final class Callers implements AutoCloseable {

    private final Call call;
    private final int count;
    private final ExecutorService threads;
    private final List<long[]> waits = new ArrayList<>();

    private Callers(Environment environment, Call call) {
        this.call = call;
        this.count = environment.number("threads", 32);
        this.threads = Executors.newFixedThreadPool(count);
    }

    /**
     * Measures calls a second and how long they waited, in turns and with a warm-up of the same kind before.
     *
     * @param check is given how many calls there were, and throws when their effects are not there
     */
    public static Map<String, Object> measure(Environment environment, Call call, LongConsumer check) throws Exception {
        try (Callers callers = new Callers(environment, call)) {
            long warmUp = callers.callFor(environment.warmUp(25));
            callers.waits.clear();
            Turns turns = Turns.take(callers::callFor);
            check.accept(warmUp + turns.count());
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("value", turns.perSecond());
            result.put("p50", callers.waitMillis(0.50));
            result.put("p99", callers.waitMillis(0.99));
            return result;
        }
    }

    /** Measures the same without a warm-up, in turns of 0.2 s, as long as a condition holds. */
    public static Map<String, Object> measureWhile(Environment environment, Call call, BooleanSupplier condition)
            throws Exception {
        try (Callers callers = new Callers(environment, call)) {
            long start = System.nanoTime();
            long calls = 0;
            do {
                calls += callers.callFor(Duration.ofMillis(200));
            } while (condition.getAsBoolean());
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("value", calls * 1e9 / (System.nanoTime() - start));
            result.put("p99", callers.waitMillis(0.99));
            return result;
        }
    }

    /** Lets all of them call for so long, and returns how often they did. */
    private long callFor(Duration length) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        List<Future<long[]>> done = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SplittableRandom random = new SplittableRandom(end + i);
            done.add(threads.submit(() -> callUntil(end, random)));
        }
        long calls = 0;
        for (Future<long[]> each : done) {
            waits.add(each.get());
            calls += each.get().length;
        }
        return calls;
    }

    private long[] callUntil(long end, SplittableRandom random) throws Exception {
        LongStream.Builder own = LongStream.builder();
        for (long start = System.nanoTime(); start < end; ) {
            call.run(random);
            long now = System.nanoTime();
            own.add(now - start);
            start = now;
        }
        return own.build().toArray();
    }

    /** How long this part of the callers waited at most, in milliseconds. */
    private double waitMillis(double part) {
        long[] all = waits.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return all[(int) Math.min(all.length - 1L, Math.round(part * all.length))] / 1e6;
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    /** What each of them does, over and over. */
    public interface Call {

        /** Returns when it is done; the random numbers are the caller's own. */
        void run(SplittableRandom random) throws Exception;
    }
}
