package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Change data capture by hand: an outbox row and the relay of {@link CdcLimitRelay}. Rows stay in the table. */
public final class CdcLimitSubject extends TableSubject {

    private @Nullable CdcLimitRelay relay;

    @Override
    public void open(Environment environment) throws Exception {
        super.open(environment);
        createSlot("outbox (" + CdcLimitRelay.COLUMNS + ")");
        relay = new CdcLimitRelay(environment);
    }

    private CdcLimitRelay relay() {
        return Objects.requireNonNull(relay, "Not open");
    }

    @Override
    public void startRelay() {
        relay().start();
    }

    @Override
    public void stopRelay() {
        relay().stop();
    }

    @Override
    public Map<String, Object> conditions() {
        return Map.of("relay-delivery", "at-least-once");
    }

    @Override
    public void close() {
        if (relay != null) {
            relay.close();
        }
        super.close();
    }
}
