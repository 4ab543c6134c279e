package io.micropatterns.benchmarks.kit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What is measured, inside the subject's JVM, with a warm-up of the same kind before each measurement. */
enum Scenario {

    /** Transactions a second with the relay off, in turns. */
    COMMIT {
        @Override
        Map<String, Object> run(Subject subject, Environment environment) throws Exception {
            try (Workload workload = new Workload(subject, environment.number("threads", 8))) {
                long warmUp = workload.commitFor(seconds(environment, "warm-up-seconds", 25));
                workload.settle();
                Turns turns = Turns.take(workload::commitFor);
                expectWaiting(subject, warmUp + turns.count());
                return result("value", turns.perSecond(), "transactions", turns.count());
            }
        }
    },

    /** Events a second from the start of the relay until the topic has all. */
    DRAIN {
        @Override
        Map<String, Object> run(Subject subject, Environment environment) throws Exception {
            try (Workload workload = new Workload(subject, environment.number("threads", 8));
                    Arrivals arrivals = new Arrivals(environment)) {
                long end = warmUpEnd(environment);
                do {
                    drain(environment.number("warm-up-events", 20_000), environment, subject, workload, arrivals);
                    subject.stopRelay();
                } while (System.nanoTime() < end);
                return drain(environment.number("events", 100_000), environment, subject, workload, arrivals);
            }
        }

        private Map<String, Object> drain(
                int events, Environment environment, Subject subject, Workload workload, Arrivals arrivals)
                throws Exception {
            Arrivals.Range range = arrivals.from(workload.next());
            workload.preload(events, environment.number("per-transaction", PRELOAD_TRANSACTION));
            expectWaiting(subject, events);
            subject.prepareDrain();
            workload.settle();
            long start = System.nanoTime();
            subject.startRelay();
            long end = range.await(events);
            awaitNoneWaiting(subject);
            return result("value", perSecond(events, start, end), "duplicates", range.duplicates());
        }
    },

    /** Events a second while writers commit at full speed, until the topic has all. */
    LIVE {
        @Override
        Map<String, Object> run(Subject subject, Environment environment) throws Exception {
            try (Workload workload = new Workload(subject, environment.number("threads", 8));
                    Arrivals arrivals = new Arrivals(environment)) {
                subject.startRelay();
                long end = warmUpEnd(environment);
                do {
                    live(environment.number("warm-up-events", 10_000), subject, workload, arrivals);
                } while (System.nanoTime() < end);
                return live(environment.number("events", 40_000), subject, workload, arrivals);
            }
        }

        private Map<String, Object> live(int events, Subject subject, Workload workload, Arrivals arrivals)
                throws Exception {
            workload.settle();
            Arrivals.Range range = arrivals.from(workload.next());
            long start = System.nanoTime();
            workload.commitEvents(events);
            double commits = perSecond(events, start, System.nanoTime());
            long end = range.await(events);
            awaitNoneWaiting(subject);
            return result("value", perSecond(events, start, end), "commits", commits, "duplicates", range.duplicates());
        }
    },

    /** Milliseconds from the commit to the consumer, at an even rate. */
    LATENCY {
        @Override
        Map<String, Object> run(Subject subject, Environment environment) throws Exception {
            int rate = environment.number("rate", 200);
            try (Workload workload = new Workload(subject, environment.number("threads", 8));
                    Arrivals topic = new Arrivals(environment)) {
                subject.startRelay();
                int warmUp = environment.number("warm-up-seconds", 25);
                int seconds = environment.number("seconds", 20);
                try (Receipts receipts = new Receipts(environment, (warmUp + seconds) * rate)) {
                    workload.commitPaced(rate, warmUp, receipts::committed);
                    receipts.await(warmUp * rate);
                    workload.commitPaced(rate, seconds, receipts::committed);
                    receipts.await((warmUp + seconds) * rate);
                    double[] millis = receipts.millis(warmUp * rate);
                    Arrays.sort(millis);
                    return result(
                            "p50", quantile(millis, 0.50),
                            "p99", quantile(millis, 0.99),
                            "max-latency", millis[millis.length - 1],
                            "duplicates", receipts.duplicates());
                }
            }
        }

        private double quantile(double[] sorted, double quantile) {
            return sorted[(int) Math.min(sorted.length - 1L, Math.round(quantile * sorted.length))];
        }
    },

    /** Transactions a second on top of more and more waiting events; then the size after delivery and retention. */
    GROWTH {
        @Override
        Map<String, Object> run(Subject subject, Environment environment) throws Exception {
            int target = environment.number("events", 10_000_000);
            Duration length = seconds(environment, "seconds", 10);
            List<Integer> levels = new ArrayList<>(List.of(0));
            for (int level = 100_000; level < target; level *= 10) {
                levels.add(level);
            }
            levels.add(target);
            try (Workload workload = new Workload(subject, environment.number("threads", 8));
                    Arrivals arrivals = new Arrivals(environment)) {
                Map<String, Object> result = new LinkedHashMap<>();
                Arrivals.Range warmUp = arrivals.from(0);
                workload.commitFor(seconds(environment, "warm-up-seconds", 5));
                subject.startRelay();
                warmUp.await(workload.next());
                awaitNoneWaiting(subject);
                subject.stopRelay();
                subject.retain();
                long first = workload.next();
                Arrivals.Range range = arrivals.from(first);
                for (int level : levels) {
                    workload.preload((int) Math.max(0, level - (workload.next() - first)), PRELOAD_TRANSACTION);
                    workload.settle();
                    result.put("bytes-at-" + level, workload.outboxSize());
                    long start = System.nanoTime();
                    long commits = workload.commitFor(length);
                    result.put("value-at-" + level, perSecond(commits, start, System.nanoTime()));
                }
                long events = workload.next() - first;
                expectWaiting(subject, events);
                long start = System.nanoTime();
                subject.startRelay();
                long end = range.await(events);
                awaitNoneWaiting(subject);
                result.put("drain", perSecond(events, start, end));
                subject.retain();
                workload.settle();
                result.put("bytes-after-retention", workload.outboxSize());
                result.put("value-after-retention", afterRetention(workload, length));
                result.put("events", events);
                return result;
            }
        }

        private double afterRetention(Workload workload, Duration length) throws Exception {
            long start = System.nanoTime();
            long commits = workload.commitFor(length);
            return perSecond(commits, start, System.nanoTime());
        }
    };

    private static final int PRELOAD_TRANSACTION = 250;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Runs the scenario with an opened subject, and returns what was measured. */
    abstract Map<String, Object> run(Subject subject, Environment environment) throws Exception;

    /** Until then a warm-up is repeated: on two processors the compiler is busy for so long. */
    private static long warmUpEnd(Environment environment) {
        return System.nanoTime() + seconds(environment, "warm-up-seconds", 25).toNanos();
    }

    private static Duration seconds(Environment environment, String option, int otherwise) {
        return Duration.ofSeconds(environment.number(option, otherwise));
    }

    private static double perSecond(long count, long start, long end) {
        return count * 1e9 / (end - start);
    }

    private static void expectWaiting(Subject subject, long expected) {
        long waiting = subject.waiting();
        if (waiting >= 0 && waiting != expected) {
            throw new IllegalStateException("Expected " + expected + " waiting events, found " + waiting);
        }
    }

    /** The relay's bookkeeping may end after the last record has arrived; the next phase must not overlap with it. */
    private static void awaitNoneWaiting(Subject subject) throws InterruptedException {
        long start = System.nanoTime();
        while (subject.waiting() > 0) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new IllegalStateException(subject.waiting() + " events are still waiting after delivery");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static Map<String, Object> result(Object... namesAndValues) {
        Map<String, Object> result = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            result.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return result;
    }
}
