package io.micropatterns.benchmarks;

import static io.micropatterns.benchmarks.Contestant.BARE;
import static io.micropatterns.benchmarks.Contestant.GRUELBOX;
import static io.micropatterns.benchmarks.Contestant.LIMIT;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS;
import static io.micropatterns.benchmarks.Contestant.MICROPATTERNS_AT_LEAST_ONCE;
import static io.micropatterns.benchmarks.Contestant.MODULITH;
import static io.micropatterns.benchmarks.Contestant.NAMASTACK;

import java.util.Arrays;
import java.util.List;

/** What can be measured. */
@SuppressWarnings("ImmutableEnumChecker") // The lists are.
enum Bench {
    OUTBOX_COMMIT("commit", "tx/s", 3, List.of(BARE, LIMIT, MICROPATTERNS, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_DRAIN("drain", "events/s", 3, List.of(LIMIT, MICROPATTERNS, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_LIVE("live", "events/s", 3, List.of(LIMIT, MICROPATTERNS, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_LATENCY(
            "latency",
            "ms",
            3,
            List.of(LIMIT, MICROPATTERNS, MICROPATTERNS_AT_LEAST_ONCE, MODULITH, GRUELBOX, NAMASTACK)),
    OUTBOX_GROWTH("growth", "tx/s", 1, List.of(LIMIT, MICROPATTERNS));

    private final String scenario;
    private final String unit;
    private final int runs;
    private final List<Contestant> subjects;

    Bench(String scenario, String unit, int runs, List<Contestant> subjects) {
        this.scenario = scenario;
        this.unit = unit;
        this.runs = runs;
        this.subjects = subjects;
    }

    String label() {
        return "outbox-" + scenario;
    }

    String scenario() {
        return scenario;
    }

    /** Whether the subjects share the machine in short turns, rather than have it one after another. */
    boolean inTurns() {
        return this == OUTBOX_COMMIT;
    }

    String unit() {
        return unit;
    }

    int runs() {
        return runs;
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
