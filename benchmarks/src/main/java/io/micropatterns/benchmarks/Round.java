package io.micropatterns.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One round over the subjects.
 *
 * @param number the round's, from 1
 * @param results each subject's results so far, to which those of this round are added
 */
record Round(Arguments arguments, Servers servers, int number, Map<String, List<Map<String, Object>>> results) {

    /** Short beside the time in which a shared machine becomes faster or slower. */
    private static final Duration TURN = Duration.ofMillis(500);

    private static final int DEFAULT_SECONDS = 10;

    /** Each subject has the machine to itself. */
    void oneAfterAnother(List<Contestant> order) throws Exception {
        for (Contestant contestant : order) {
            try (Child child = Child.start(arguments, servers, contestant)) {
                add(contestant, child.result());
            }
        }
    }

    /** All subjects warm up, one after another; then they take turns in changing order, one at work at a time. */
    void inTurns(List<Contestant> order) throws Exception {
        inTurns(order, new ArrayList<>());
    }

    private void inTurns(List<Contestant> left, List<Child> ready) throws Exception {
        if (!left.isEmpty()) {
            try (Child child = Child.start(arguments, servers, left.get(0))) {
                child.awaitReady();
                ready.add(child);
                inTurns(left.subList(1, left.size()), ready);
            }
            return;
        }
        takeTurns(new ArrayList<>(ready));
        for (Child child : ready) {
            child.endTurns();
            add(child.contestant(), child.result());
        }
    }

    private void takeTurns(List<Child> children) throws Exception {
        Random random = new Random(number);
        long turns =
                Duration.ofSeconds(arguments.number("seconds", DEFAULT_SECONDS)).dividedBy(TURN);
        for (long turn = 0; turn < turns; turn++) {
            Collections.shuffle(children, random);
            for (Child child : children) {
                child.turn(TURN);
            }
        }
    }

    private void add(Contestant contestant, Map<String, Object> result) {
        System.err.printf("round %d  %-28s %s%n", number, contestant.label(), result);
        results.computeIfAbsent(contestant.label(), label -> new ArrayList<>()).add(result);
    }
}
