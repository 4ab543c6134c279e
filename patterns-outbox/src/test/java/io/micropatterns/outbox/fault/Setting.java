package io.micropatterns.outbox.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The relay that the fault suite runs on, and where events are stored: {@code -Dfault.relay=polling|wal|debezium} and
 * {@code -Dfault.storage=table|wal}.
 *
 * @param relay {@code patterns.outbox.relay}
 * @param storage {@code patterns.outbox.storage}
 */
record Setting(String relay, String storage) {

    private static final String RELAY = "fault.relay";
    private static final String STORAGE = "fault.storage";
    private static final String POLLING = "polling";

    /** Of this run. */
    static Setting ofSuite() {
        return new Setting(System.getProperty(RELAY, POLLING), System.getProperty(STORAGE, "table"));
    }

    /** The streaming relay of this run, or the native one if it is a run of polling. */
    static Setting streaming(String storage) {
        String relay = ofSuite().relay();
        return new Setting(relay.equals(POLLING) ? "wal" : relay, storage);
    }

    /** The log is one, and so is the shard of a relay that streams it. */
    int shards() {
        return relay.equals(POLLING) ? 4 : 1;
    }

    Map<String, String> properties() {
        return Map.of(
                "patterns.outbox.relay", relay,
                "patterns.outbox.storage", storage,
                "patterns.outbox.shards", Integer.toString(shards()));
    }

    /** As further properties of an instance, each {@code name=value}, with others. */
    String[] and(String... others) {
        List<String> all = new ArrayList<>();
        properties().forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(List.of(others));
        return all.toArray(String[]::new);
    }
}
