package io.micropatterns.outbox.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micropatterns.core.lease.LeaseOwner;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRelay;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutboxShardMetersTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final OutboxRelay relay = mock();
    private final OutboxLog log = mock();
    private final OutboxShardMeters meters = new OutboxShardMeters(registry, relay, log);

    @Test
    void tellsOfShardsThatNobodyOwnsForAsLongAsThisRelayKnows() {
        when(log.shards()).thenReturn(Set.of(0, 1, 2));
        when(relay.owners()).thenReturn(List.of(new LeaseOwner("outbox-shard-1", "another", 7)));
        when(relay.isRunning()).thenReturn(true);
        meters.refresh();
        assertThat(unowned()).isEqualTo(2);

        when(relay.isRunning()).thenReturn(false);
        when(relay.owners()).thenReturn(List.of());
        meters.refresh();
        assertThat(unowned()).isEqualTo(2);
    }

    private double unowned() {
        return registry.get("patterns.outbox.shards.unowned").gauge().value();
    }
}
