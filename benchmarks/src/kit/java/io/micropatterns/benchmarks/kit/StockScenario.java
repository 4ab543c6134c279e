package io.micropatterns.benchmarks.kit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** What is measured of reserving stock, in turns and with a warm-up of the same kind before. */
enum StockScenario {

    /** Reservations a second by callers who wait for each, and how long they waited. */
    RESERVE {
        @Override
        Map<String, Object> run(StockSubject subject, Environment environment) throws Exception {
            return inTurns(subject, environment, subject::reserve);
        }
    },

    /** Orders a second, each a transaction with a row of its own and a reservation. */
    ORDER {
        @Override
        Map<String, Object> run(StockSubject subject, Environment environment) throws Exception {
            return inTurns(subject, environment, subject::order);
        }
    },

    /** Reservations a second in an empty table, and again in one with many. */
    GROW {
        @Override
        Map<String, Object> run(StockSubject subject, Environment environment) throws Exception {
            int items = environment.number("items", 1);
            int reservations = environment.number("reservations", 10_000_000);
            subject.stock(items, PLENTY);
            Map<String, Object> result = new LinkedHashMap<>();
            Callers.Call call = random -> subject.reserve(StockSubject.item(random.nextInt(items)));
            result.put("empty", perSecond(environment, call));
            subject.fill(items, reservations, false);
            result.put("full", perSecond(environment, call));
            return result;
        }
    },

    /** Seconds until so many due reservations have expired while callers go on reserving, and how many they reserve. */
    EXPIRE {
        @Override
        Map<String, Object> run(StockSubject subject, Environment environment) throws Exception {
            int items = environment.number("items", 1);
            subject.stock(items, PLENTY);
            Callers.Call call = random -> subject.reserve(StockSubject.item(random.nextInt(items)));
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("before", perSecond(environment, call));
            subject.fill(items, environment.number("reservations", 1_000_000), true);
            long start = System.nanoTime();
            Map<String, Object> meanwhile = Callers.measureWhile(environment, call, subject::anyDue);
            result.put("value", (System.nanoTime() - start) / 1e9);
            result.put("during", meanwhile.get("value"));
            result.put("during-p99", meanwhile.get("p99"));
            return result;
        }
    },

    /** Reservations a second by one caller with many under way. */
    RESERVE_ASYNC {
        @Override
        Map<String, Object> run(StockSubject subject, Environment environment) throws Exception {
            int items = environment.number("items", 1);
            subject.stock(items, PLENTY);
            int outstanding = environment.number("outstanding", 2_000);
            long warmUp = reserveFor(subject, items, outstanding, environment.warmUp(25));
            Turns turns = Turns.take(length -> reserveFor(subject, items, outstanding, length));
            expect(subject, warmUp + turns.count());
            return new LinkedHashMap<>(Map.of("value", turns.perSecond()));
        }

        private long reserveFor(StockSubject subject, int items, int outstanding, Duration length) throws Exception {
            Semaphore underWay = new Semaphore(outstanding);
            AtomicLong failed = new AtomicLong();
            SplittableRandom random = new SplittableRandom(1);
            long end = System.nanoTime() + length.toNanos();
            long count = 0;
            for (; System.nanoTime() < end; count++) {
                underWay.acquire();
                subject.reserveAsync(StockSubject.item(random.nextInt(items))).whenComplete((done, failure) -> {
                    if (failure != null) {
                        failed.incrementAndGet();
                    }
                    underWay.release();
                });
            }
            underWay.acquire(outstanding);
            if (failed.get() > 0) {
                throw new IllegalStateException(failed + " reservations have failed");
            }
            return count;
        }
    };

    /** More than is asked for. */
    static final long PLENTY = 1_000_000_000L;

    abstract Map<String, Object> run(StockSubject subject, Environment environment) throws Exception;

    private static Map<String, Object> inTurns(StockSubject subject, Environment environment, Sale sale)
            throws Exception {
        int items = environment.number("items", 1);
        subject.stock(items, PLENTY);
        return Callers.measure(
                environment,
                random -> sale.of(StockSubject.item(random.nextInt(items))),
                count -> expect(subject, count));
    }

    /** What a caller does with an item. */
    private interface Sale {

        void of(String item) throws Exception;
    }

    /** Without turns, for a subject that is alone. */
    private static Object perSecond(Environment environment, Callers.Call call) throws Exception {
        Callers.measureWhile(environment, call, lasts(environment.warmUp(25)));
        Duration length = Duration.ofSeconds(environment.number("seconds", 10));
        return Objects.requireNonNull(
                Callers.measureWhile(environment, call, lasts(length)).get("value"));
    }

    private static BooleanSupplier lasts(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        return () -> System.nanoTime() < end;
    }

    private static void expect(StockSubject subject, long count) {
        long found = subject.reservations();
        if (found != count) {
            throw new IllegalStateException("Of " + count + " reservations " + found + " are there");
        }
    }
}
