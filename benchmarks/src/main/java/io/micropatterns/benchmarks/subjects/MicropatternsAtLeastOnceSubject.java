package io.micropatterns.benchmarks.subjects;

/** This library with exactly-once switched off. */
public final class MicropatternsAtLeastOnceSubject extends MicropatternsSubject {

    public MicropatternsAtLeastOnceSubject() {
        super(false);
    }
}
