package io.micropatterns.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The command line.
 *
 * @param bench what to measure
 * @param runs rounds over all subjects
 * @param subjects who takes part, in the first round's order
 * @param scenario options handed to the scenario as they are
 */
record Arguments(Bench bench, int runs, List<Contestant> subjects, Map<String, String> scenario) {

    private static final Set<String> SCENARIO = Set.of(
            "seconds",
            "events",
            "per-transaction",
            "threads",
            "rate",
            "warm-up-seconds",
            "warm-up-events",
            "items",
            "reservations",
            "outstanding");

    static Arguments parse(String[] args) {
        if (args.length == 0) {
            throw new IllegalArgumentException("Which benchmark? Known: "
                    + Arrays.stream(Bench.values()).map(Bench::label).toList());
        }
        Bench bench = Bench.of(args[0]);
        int runs = bench.runs();
        List<Contestant> subjects = bench.subjects();
        Map<String, String> scenario = new LinkedHashMap<>(bench.options());
        for (int i = 1; i < args.length; i += 2) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (i + 1 == args.length) {
                throw new IllegalArgumentException("Option " + args[i] + " has no value");
            }
            String value = args[i + 1];
            if (name.equals("runs")) {
                runs = parse(name, value);
            } else if (name.equals("subjects")) {
                subjects = Arrays.stream(value.split(",")).map(Contestant::of).toList();
            } else if (SCENARIO.contains(name)) {
                parse(name, value);
                scenario.put(name, value);
            } else {
                throw new IllegalArgumentException("Unknown option " + args[i] + "; known: --runs, --subjects, "
                        + SCENARIO.stream()
                                .sorted()
                                .map(option -> "--" + option)
                                .toList());
            }
        }
        return new Arguments(bench, runs, subjects, scenario);
    }

    /** The number of one of the scenario's options, or its default. */
    int number(String name, int otherwise) {
        String value = scenario.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private static int parse(String name, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException ex) {
            // Reported below, as a number out of range is.
        }
        throw new IllegalArgumentException("Option --" + name + " wants a number from 1 up, not " + value);
    }
}
