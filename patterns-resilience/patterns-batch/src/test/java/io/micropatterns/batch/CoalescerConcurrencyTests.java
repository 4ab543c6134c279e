package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Callers that wait, cancel, are interrupted, run out of time and meet a full queue or a closing coalescer, at once: what
 * each of them was told of its item must be so.
 */
class CoalescerConcurrencyTests {

    private static final int CALLERS = 8;
    private static final int ITEMS = 2_000;
    private static final int POISON = 97;

    private enum Told {
        DONE,
        FAILED,
        NEVER,
        UNKNOWN
    }

    private final Map<Integer, AtomicInteger> done = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> lastOfCaller = new ConcurrentHashMap<>();
    private final Map<Integer, Told> told = new ConcurrentHashMap<>();

    @RepeatedTest(20)
    void everyCallerIsToldTheTruth(RepetitionInfo repetition) throws Exception {
        int number = repetition.getCurrentRepetition();
        Coalescer<Integer, Integer> coalescer = Coalescer.builder("truth", BatchFunction.of(this::work))
                .options(new BatchOptions(
                        1 + number * 3,
                        Long.MAX_VALUE,
                        Duration.ofMillis(number % 3 == 0 ? 1 : 0),
                        4 + number,
                        number % 2 == 0 ? Overflow.WAIT : Overflow.REJECT,
                        Duration.ofSeconds(30),
                        1 + number % 4,
                        number % 5 == 0 ? Duration.ofMillis(1) : null))
                .partitionBy(item -> item / ITEMS)
                .build();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        List<Future<?>> ends = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            int first = caller * ITEMS;
            Random random = new Random(number * 1_000L + caller);
            ends.add(callers.submit(() -> {
                synchronized (threads) {
                    threads.add(Thread.currentThread());
                }
                call(coalescer, first, random);
            }));
        }
        Random random = new Random(number);
        for (int i = 0; i < 200; i++) {
            TimeUnit.MICROSECONDS.sleep(random.nextInt(500));
            synchronized (threads) {
                if (!threads.isEmpty()) {
                    threads.get(random.nextInt(threads.size())).interrupt();
                }
            }
        }
        if (number % 4 == 0) {
            coalescer.close();
        }
        for (Future<?> end : ends) {
            end.get(120, TimeUnit.SECONDS);
        }
        coalescer.close();
        callers.shutdown();

        assertThat(told).hasSize(CALLERS * ITEMS);
        Map<Told, Integer> counts = new HashMap<>();
        told.forEach((item, what) -> {
            counts.merge(what, 1, Integer::sum);
            int times = done.containsKey(item) ? done.get(item).get() : 0;
            switch (what) {
                case DONE -> assertThat(times).as("item %s", item).isEqualTo(1);
                case FAILED, NEVER ->
                    assertThat(times).as("item %s, %s", item, what).isZero();
                case UNKNOWN -> assertThat(times).as("item %s", item).isLessThanOrEqualTo(1);
            }
        });
        assertThat(counts).containsKeys(Told.DONE, Told.NEVER);
        if (number % 4 == 2) {
            assertThat(counts).as("none refused or closed upon").containsKey(Told.FAILED);
        }
        assertThat(coalescer.pending()).isZero();
    }

    private List<Integer> work(List<Integer> items) {
        for (int item : items) {
            if (item % POISON == 0) {
                throw new IllegalStateException("poison");
            }
        }
        for (int item : items) {
            done.computeIfAbsent(item, key -> new AtomicInteger()).incrementAndGet();
            Integer before = lastOfCaller.put(item / ITEMS, item);
            assertThat(before == null || before < item).as("order").isTrue();
        }
        if (items.get(0) % 13 == 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return items;
    }

    private void call(Coalescer<Integer, Integer> coalescer, int first, Random random) {
        List<CompletableFuture<Integer>> submitted = new ArrayList<>();
        List<Integer> items = new ArrayList<>();
        for (int item = first; item < first + ITEMS; item++) {
            try {
                Duration timeout = random.nextInt(10) == 0 ? Duration.ofNanos(100_000) : Duration.ofSeconds(30);
                if (random.nextBoolean()) {
                    assertThat(coalescer.call(item, timeout)).isEqualTo(item);
                    told.put(item, Told.DONE);
                } else {
                    CompletableFuture<Integer> future = coalescer.submit(item, timeout);
                    if (random.nextInt(5) == 0 && future.cancel(true)) {
                        told.put(item, Told.NEVER);
                    } else {
                        submitted.add(future);
                        items.add(item);
                    }
                }
            } catch (RuntimeException e) {
                told.put(item, told(e));
            }
            Thread.interrupted();
        }
        for (int i = 0; i < items.size(); i++) {
            told.put(items.get(i), told(submitted.get(i)));
        }
    }

    private static Told told(CompletableFuture<Integer> future) {
        try {
            future.join();
            return Told.DONE;
        } catch (CompletionException e) {
            return told((RuntimeException) e.getCause());
        }
    }

    private static Told told(RuntimeException e) {
        if (e instanceof BatchTimeoutException timeout) {
            return timeout.begun() ? Told.UNKNOWN : Told.NEVER;
        }
        return e instanceof BatchException ? Told.NEVER : Told.FAILED;
    }
}
