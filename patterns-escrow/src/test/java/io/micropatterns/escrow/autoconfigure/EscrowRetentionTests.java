package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;

import io.micropatterns.escrow.EscrowStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

class EscrowRetentionTests {

    private static final Duration KEEP = Duration.ofDays(7);

    private final EscrowStore down = Mockito.mock();
    private final EscrowStore healthy = Mockito.mock();
    private final EscrowStore alsoDown = Mockito.mock();

    @Test
    void purgesEachDatabaseThoughOthersAreDown() {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second");
        Mockito.when(down.purge(any(), anyInt())).thenThrow(first);
        Mockito.when(healthy.purge(any(), anyInt())).thenReturn(1_000, 1_000, 3);
        Mockito.when(alsoDown.purge(any(), anyInt())).thenThrow(second);

        assertThatThrownBy(new EscrowRetention(List.of(down, healthy, alsoDown), KEEP)::run)
                .isSameAs(first)
                .hasSuppressedException(second);
        Mockito.verify(healthy, Mockito.times(3)).purge(KEEP, 1_000);
    }
}
