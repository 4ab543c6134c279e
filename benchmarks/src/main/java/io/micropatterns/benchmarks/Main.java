package io.micropatterns.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs one benchmark: see {@code benchmarks/README.md}. */
public final class Main {

    private Main() {}

    @SuppressWarnings("CatchAndPrintStackTrace") // The process ends with it.
    public static void main(String[] args) throws Exception {
        Arguments arguments;
        try {
            arguments = Arguments.parse(args);
        } catch (IllegalArgumentException ex) {
            System.err.println(ex.getMessage());
            System.exit(2);
            return;
        }
        // The broker prints on its way up; standard output is for results only.
        PrintStream out = System.out;
        System.setOut(System.err);
        int exit = 1;
        try {
            run(arguments, out);
            exit = 0;
        } catch (Exception ex) {
            ex.printStackTrace();
        }
        // The broker's threads are no daemons.
        System.exit(exit);
    }

    private static void run(Arguments arguments, PrintStream out) throws Exception {
        Map<String, List<Map<String, Object>>> results = new LinkedHashMap<>();
        if (arguments.bench().isInProcess()) {
            for (int round = 1; round <= arguments.runs(); round++) {
                new JmhRound(arguments, round).run(order(arguments, round), results);
            }
            new Report(arguments, Machine.conditions(), results, out).print();
            return;
        }
        try (Servers servers = Servers.start()) {
            for (int round = 1; round <= arguments.runs(); round++) {
                Round subjects = new Round(arguments, servers, round, results);
                if (arguments.bench().inTurns()) {
                    subjects.inTurns(order(arguments, round));
                } else {
                    subjects.oneAfterAnother(order(arguments, round));
                }
            }
            new Report(arguments, servers.conditions(), results, out).print();
        }
    }

    /** Whoever begins meets an emptier machine, so the order turns with each round. */
    private static List<Contestant> order(Arguments arguments, int round) {
        List<Contestant> order = new ArrayList<>(arguments.subjects());
        Collections.rotate(order, 1 - round);
        return order;
    }
}
