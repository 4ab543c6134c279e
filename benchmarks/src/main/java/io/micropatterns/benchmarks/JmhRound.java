package io.micropatterns.benchmarks;

import io.micropatterns.benchmarks.batch.BatchOverhead;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * One round over the subjects by JMH, with a JVM for each measurement.
 *
 * @param number the round's, from 1
 */
record JmhRound(Arguments arguments, int number) {

    private static final int DEFAULT_WARM_UP_SECONDS = 3;
    private static final int DEFAULT_SECONDS = 2;

    /** Adds each subject's result to those it has so far. */
    void run(List<Contestant> order, Map<String, List<Map<String, Object>>> results) throws RunnerException {
        Map<Contestant, Map<String, Object>> round = new LinkedHashMap<>();
        for (Overhead overhead : Overhead.values()) {
            for (Contestant contestant : order) {
                if (overhead.isFor(contestant)) {
                    double nanos = measure(overhead, contestant);
                    System.err.printf(
                            "round %d  %-28s %s %.1f ns%n", number, contestant.label(), overhead.label(), nanos);
                    round.computeIfAbsent(contestant, key -> new LinkedHashMap<>())
                            .put(overhead.label(), nanos);
                }
            }
        }
        round.forEach((contestant, result) -> results.computeIfAbsent(contestant.label(), label -> new ArrayList<>())
                .add(result));
    }

    private double measure(Overhead overhead, Contestant contestant) throws RunnerException {
        int outstanding = arguments.number("outstanding", 2_000);
        int threads = overhead == Overhead.CALLERS ? arguments.number("threads", 32) : 1;
        Options options = new OptionsBuilder()
                .include(Pattern.quote(BatchOverhead.class.getName() + "." + overhead.method()) + "$")
                .param("subject", contestant.label())
                .param("outstanding", Integer.toString(outstanding))
                .operationsPerInvocation(overhead == Overhead.ASYNC ? outstanding : 1)
                .threads(threads)
                .forks(1)
                .jvmArgsAppend("-Xms1g")
                .warmupIterations(arguments.number("warm-up-seconds", DEFAULT_WARM_UP_SECONDS))
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(arguments.number("seconds", DEFAULT_SECONDS))
                .measurementTime(TimeValue.seconds(1))
                .timeout(TimeValue.seconds(30))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        // That of an operation in its own thread.
        double nanos = new Runner(options).runSingle().getPrimaryResult().getScore();
        return nanos / threads;
    }
}
