package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What a careful team writes by hand: an outbox row and the relay of {@link LimitRelay}. */
public final class LimitSubject extends TableSubject {

    private @Nullable LimitRelay relay;

    @Override
    public void open(Environment environment) throws Exception {
        super.open(environment);
        relay = new LimitRelay(dataSource(), environment);
    }

    private LimitRelay relay() {
        return Objects.requireNonNull(relay, "Not open");
    }

    @Override
    public void publish(OrderPlaced event) {
        super.publish(event);
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                relay().wake();
            }
        });
    }

    @Override
    public long waiting() {
        Long count = jdbc().queryForObject("select count(*) from outbox", Long.class);
        return count == null ? 0 : count;
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
    public void retain() {
        jdbc().execute("vacuum full outbox");
    }

    @Override
    public Map<String, Object> conditions() {
        return Map.of("relay-batch", LimitRelay.BATCH, "relay-delivery", "at-least-once");
    }

    @Override
    public void close() {
        if (relay != null) {
            relay.close();
        }
        super.close();
    }
}
