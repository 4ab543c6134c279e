package io.micropatterns.benchmarks;

import java.util.Locale;

/** What is measured of making batches for a function that does nothing, in nanoseconds. */
enum Overhead {

    /** For each item, when one caller submits many and then waits for all. */
    ASYNC("submit"),

    /** For each item, when many callers wait for one each. */
    CALLERS("call"),

    /** For a call, when there is no other. */
    IDLE("call");

    private final String method;

    Overhead(String method) {
        this.method = method;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The benchmark's method. */
    String method() {
        return method;
    }

    /** Calling directly has nothing of what the others are about, but tells what is added to an idle caller's time. */
    boolean isFor(Contestant contestant) {
        return this == IDLE || contestant != Contestant.DIRECT;
    }
}
