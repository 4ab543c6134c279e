package io.micropatterns.benchmarks;

import static io.micropatterns.benchmarks.Contestant.BARE;
import static io.micropatterns.benchmarks.Contestant.CDC_LIMIT;
import static io.micropatterns.benchmarks.Contestant.DATALOADER;
import static io.micropatterns.benchmarks.Contestant.DEBEZIUM;
import static io.micropatterns.benchmarks.Contestant.DIRECT;
import static io.micropatterns.benchmarks.Contestant.GROUP_COMMIT;
import static io.micropatterns.benchmarks.Contestant.GRUELBOX;
import static io.micropatterns.benchmarks.Contestant.LIMIT;
import static io.micropatterns.benchmarks.Contestant.LIMIT_MESSAGE;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_AT_LEAST_ONCE;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_BATCH;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_DEBEZIUM;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_ESCROW;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_TABLELESS;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_WAL;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_WAL_AT_LEAST_ONCE;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_WAL_TABLELESS;
import static io.micropatterns.benchmarks.Contestant.MODULITH;
import static io.micropatterns.benchmarks.Contestant.NAMASTACK;
import static io.micropatterns.benchmarks.Contestant.ONE_ROUND_TRIP;
import static io.micropatterns.benchmarks.Contestant.QUEUE;
import static io.micropatterns.benchmarks.Contestant.REACTOR;
import static io.micropatterns.benchmarks.Contestant.UNBATCHED;
import static io.micropatterns.benchmarks.Contestant.USUAL;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What can be measured. */
@SuppressWarnings("ImmutableEnumChecker") // The lists and maps are.
enum Bench {
    OUTBOX_COMMIT(
            "commit",
            "tx/s",
            3,
            LIMIT,
            List.of(BARE, LIMIT, LIMIT_MESSAGE, MICROPATTERNS, MICROPATTERNS_TABLELESS, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_DRAIN("drain", "events/s", 3, LIMIT, List.of(LIMIT, MICROPATTERNS, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_LIVE("live", "events/s", 3, LIMIT, List.of(LIMIT, MICROPATTERNS, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_LATENCY(
            "latency",
            "ms",
            3,
            LIMIT,
            List.of(LIMIT, MICROPATTERNS, MICROPATTERNS_AT_LEAST_ONCE, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_GROWTH("growth", "tx/s", 1, LIMIT, List.of(LIMIT, MICROPATTERNS)),
    CDC_DRAIN(
            "drain",
            "events/s",
            3,
            CDC_LIMIT,
            List.of(
                    CDC_LIMIT,
                    MICROPATTERNS,
                    MICROPATTERNS_WAL,
                    MICROPATTERNS_WAL_AT_LEAST_ONCE,
                    MICROPATTERNS_DEBEZIUM,
                    DEBEZIUM)),
    CDC_LATENCY(
            "latency",
            "ms",
            3,
            CDC_LIMIT,
            List.of(
                    CDC_LIMIT,
                    MICROPATTERNS,
                    MICROPATTERNS_WAL,
                    MICROPATTERNS_WAL_AT_LEAST_ONCE,
                    MICROPATTERNS_WAL_TABLELESS,
                    MICROPATTERNS_DEBEZIUM,
                    DEBEZIUM)),
    ESCROW_HOT(
            "reserve",
            "reservations/s",
            3,
            GROUP_COMMIT,
            List.of(USUAL, ONE_ROUND_TRIP, GROUP_COMMIT, MICROPATTERNS_ESCROW)),
    ESCROW_SPREAD("reserve", "reservations/s", 3, ONE_ROUND_TRIP, List.of(USUAL, ONE_ROUND_TRIP, MICROPATTERNS_ESCROW)),
    ESCROW_ASYNC("reserve_async", "reservations/s", 3, GROUP_COMMIT, List.of(GROUP_COMMIT, MICROPATTERNS_ESCROW)),
    ESCROW_JOINED("order", "tx/s", 3, USUAL, List.of(USUAL, MICROPATTERNS_ESCROW)),
    ESCROW_GROWTH("grow", "reservations/s", 1, USUAL, List.of(MICROPATTERNS_ESCROW)),
    ESCROW_EXPIRY("expire", "s", 1, USUAL, List.of(MICROPATTERNS_ESCROW)),
    BATCH_OVERHEAD("", "ns", 3, QUEUE, List.of(DIRECT, QUEUE, MICROPATTERNS_BATCH, DATALOADER, REACTOR)),
    BATCH_INSERT("insert", "rows/s", 3, QUEUE, List.of(UNBATCHED, QUEUE, MICROPATTERNS_BATCH, REACTOR));

    private final String scenario;
    private final String unit;
    private final int runs;
    private final Contestant limit;
    private final List<Contestant> subjects;

    Bench(String scenario, String unit, int runs, Contestant limit, List<Contestant> subjects) {
        this.scenario = scenario;
        this.unit = unit;
        this.runs = runs;
        this.limit = limit;
        this.subjects = subjects;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String scenario() {
        return scenario;
    }

    /** Options of the scenario that this benchmark has its own defaults for. */
    Map<String, String> options() {
        return switch (this) {
            // Decoding costs by the transaction, and a service's own seldom have more.
            case CDC_DRAIN -> Map.of("per-transaction", "1");
            case ESCROW_SPREAD, ESCROW_GROWTH -> Map.of("items", "1000");
            case ESCROW_JOINED, ESCROW_EXPIRY -> Map.of("items", "1000", "threads", "8");
            case BATCH_INSERT -> Map.of("warm-up-seconds", "8", "seconds", "8");
            default -> Map.of();
        };
    }

    /** Whether the subjects share the machine in short turns, rather than have it one after another. */
    boolean inTurns() {
        return switch (this) {
            case OUTBOX_COMMIT, ESCROW_HOT, ESCROW_SPREAD, ESCROW_JOINED, ESCROW_ASYNC, BATCH_INSERT -> true;
            default -> false;
        };
    }

    /** Whether JMH measures it, without a server. */
    boolean isInProcess() {
        return this == BATCH_OVERHEAD;
    }

    String unit() {
        return unit;
    }

    int runs() {
        return runs;
    }

    /** What does the same work by hand as this one of ours. */
    Contestant limitOf(Contestant ours) {
        return ours == MICROPATTERNS_TABLELESS ? LIMIT_MESSAGE : limit;
    }

    /** What is usually written for the same work. */
    Contestant usual() {
        return this == BATCH_INSERT ? UNBATCHED : USUAL;
    }

    List<Contestant> subjects() {
        return subjects;
    }

    static Bench of(String label) {
        return Arrays.stream(values())
                .filter(bench -> bench.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown benchmark " + label + "; known: "
                        + Arrays.stream(values()).map(Bench::label).toList()));
    }
}
