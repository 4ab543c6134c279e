package io.micropatterns.benchmarks;

import io.micropatterns.benchmarks.batch.GatheredInserts;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Who can be measured. */
@SuppressWarnings("ImmutableEnumChecker") // The maps are.
enum Contestant {
    BARE("bare", "", "subjects.BareSubject"),
    LIMIT("limit", "", "subjects.LimitSubject"),
    LIMIT_MESSAGE("limit-message", "", "subjects.LimitMessageSubject"),
    CDC_LIMIT("cdc-limit", "", "subjects.CdcLimitSubject"),
    MICROPATTERNS("micropatterns", Map.of()),
    MICROPATTERNS_AT_LEAST_ONCE("micropatterns-at-least-once", Map.of("patterns.outbox.kafka.exactly-once", "false")),
    MICROPATTERNS_TABLELESS(
            "micropatterns-tableless", Map.of("patterns.outbox.relay", "none", "patterns.outbox.storage", "wal")),
    MICROPATTERNS_DEBEZIUM("micropatterns-debezium", Map.of("patterns.outbox.relay", "debezium")),
    MICROPATTERNS_WAL("micropatterns-wal", Map.of("patterns.outbox.relay", "wal")),
    MICROPATTERNS_WAL_AT_LEAST_ONCE(
            "micropatterns-wal-at-least-once",
            Map.of("patterns.outbox.relay", "wal", "patterns.outbox.kafka.exactly-once", "false")),
    MICROPATTERNS_WAL_TABLELESS(
            "micropatterns-wal-tableless", Map.of("patterns.outbox.relay", "wal", "patterns.outbox.storage", "wal")),
    USUAL("usual", "", "subjects.UsualStockSubject"),
    ONE_ROUND_TRIP("one-round-trip", "", "subjects.OneRoundTripStockSubject"),
    GROUP_COMMIT("group-commit", "", "subjects.GroupCommitStockSubject"),
    MICROPATTERNS_ESCROW("micropatterns-escrow", "", "subjects.EscrowSubject"),
    UNBATCHED("unbatched", "", "batch.UnbatchedInserts"),
    DIRECT("direct"),
    QUEUE("queue"),
    MICROPATTERNS_BATCH("micropatterns-batch"),
    DATALOADER("dataloader"),
    REACTOR("reactor"),
    MODULITH("modulith", "modulith", "peers.ModulithSubject"),
    GRUELBOX("gruelbox", "gruelbox", "peers.GruelboxSubject"),
    NAMASTACK("namastack", "namastack", "peers.NamastackSubject"),
    DEBEZIUM("debezium", "debezium", "peers.DebeziumSubject");

    private static final String OURS = "subjects.MicropatternsSubject";

    private final String label;
    private final String peer;
    private final String subject;
    private final Map<String, String> properties;

    /** Somebody who makes batches. */
    Contestant(String label) {
        this(label, "", "batch.GatheredInserts", Map.of(GatheredInserts.GATHERER, label));
    }

    /** This library, with these properties. */
    Contestant(String label, Map<String, String> properties) {
        this(label, "", OURS, properties);
    }

    Contestant(String label, String peer, String subject) {
        this(label, peer, subject, Map.of());
    }

    Contestant(String label, String peer, String subject, Map<String, String> properties) {
        this.label = label;
        this.peer = peer;
        this.subject = subject;
        this.properties = properties;
    }

    String label() {
        return label;
    }

    String subjectClass() {
        return Contestant.class.getPackageName() + "." + subject;
    }

    /** The system properties it runs with. */
    Map<String, String> properties() {
        return properties;
    }

    /** Whether this is the library that is measured here. */
    boolean isOurs() {
        return subject.equals(OURS) || this == MICROPATTERNS_ESCROW || this == MICROPATTERNS_BATCH;
    }

    /** Whether this is another library. */
    boolean isPeer() {
        return !peer.isEmpty() || this == DATALOADER || this == REACTOR;
    }

    /** The folder that the subject's class path comes from, below {@code benchmarks}. */
    String folder() {
        return peer.isEmpty() ? "." : "peers/" + peer;
    }

    /** The file with its class path, in that folder's {@code target}. */
    String classPath() {
        return this == MICROPATTERNS_DEBEZIUM ? "classpath-debezium.txt" : "classpath.txt";
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
