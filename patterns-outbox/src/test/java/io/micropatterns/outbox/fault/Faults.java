package io.micropatterns.outbox.fault;

import java.util.Random;

/** The chances of a fault test: one seed, printed, decides them all. */
final class Faults {

    private final int rounds = Integer.getInteger("patterns.fault.rounds", 20);
    private final Random random;

    Faults(String test) {
        long seed = Long.getLong("patterns.fault.seed", System.nanoTime());
        random = new Random(seed);
        System.out.println(test + ": " + rounds + " rounds, -Dpatterns.fault.seed=" + seed);
    }

    /** How many rounds each of two tests of one kind plays. */
    int halfTheRounds() {
        return rounds / 2;
    }

    /** How many rounds a test that takes its time plays. */
    int fewRounds() {
        return Math.max(3, rounds / 5);
    }

    /** How many rounds a test plays whose every round takes seconds. */
    int fewestRounds() {
        return Math.max(2, rounds / 10);
    }

    int rounds() {
        return rounds;
    }

    Random random() {
        return random;
    }
}
