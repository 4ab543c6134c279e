package io.micropatterns.benchmarks;

import java.util.Arrays;
import java.util.List;

/** Who can be measured. */
enum Contestant {
    BARE("bare", "", "io.micropatterns.benchmarks.subjects.BareSubject"),
    LIMIT("limit", "", "io.micropatterns.benchmarks.subjects.LimitSubject"),
    MICROPATTERNS("micropatterns", "", "io.micropatterns.benchmarks.subjects.MicropatternsSubject"),
    MICROPATTERNS_AT_LEAST_ONCE(
            "micropatterns-at-least-once", "", "io.micropatterns.benchmarks.subjects.MicropatternsAtLeastOnceSubject"),
    MODULITH("modulith", "modulith", "io.micropatterns.benchmarks.peers.ModulithSubject"),
    GRUELBOX("gruelbox", "gruelbox", "io.micropatterns.benchmarks.peers.GruelboxSubject"),
    NAMASTACK("namastack", "namastack", "io.micropatterns.benchmarks.peers.NamastackSubject");

    private final String label;
    private final String peer;
    private final String subjectClass;

    Contestant(String label, String peer, String subjectClass) {
        this.label = label;
        this.peer = peer;
        this.subjectClass = subjectClass;
    }

    String label() {
        return label;
    }

    String subjectClass() {
        return subjectClass;
    }

    /** Whether this is another library. */
    boolean isPeer() {
        return !peer.isEmpty();
    }

    /** The folder that the subject's class path comes from, below {@code benchmarks}. */
    String folder() {
        return peer.isEmpty() ? "." : "peers/" + peer;
    }

    static Contestant of(String label) {
        return Arrays.stream(values())
                .filter(contestant -> contestant.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown subject " + label + "; known: " + labels()));
    }

    private static List<String> labels() {
        return Arrays.stream(values()).map(Contestant::label).toList();
    }
}
