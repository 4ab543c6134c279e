package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowMonitor.Figures;
import io.micropatterns.escrow.EscrowMonitor.Stock;
import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.dao.DataAccessResourceFailureException;

/** When the escrow is down. */
class EscrowHealthIndicatorTests {

    private static final Duration LIMIT = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EscrowMonitor monitor = Mockito.mock(EscrowMonitor.class);
    private final EscrowStore store = Mockito.mock(EscrowStore.class);

    @Test
    void isDownWhileSomethingIsHeldLongAfterItsTime() {
        Mockito.when(monitor.overdue()).thenReturn(LIMIT);
        assertThat(health().getStatus()).isEqualTo(Status.UP);

        Mockito.when(monitor.overdue()).thenReturn(Duration.ofSeconds(17));
        Health down = health();
        assertThat(down.getStatus()).isEqualTo(Status.DOWN);
        assertThat(down.getDetails())
                .containsEntry("oldestOverdueSeconds", 17L)
                .containsEntry("sweeps", false)
                .containsEntry("resources", 3L)
                .containsKey("expiry");
        assertThat(down.getDetails().get("problems").toString()).contains("17 s");
    }

    @Test
    void isDownWhenTheDatabaseCannotBeAsked() {
        Mockito.when(monitor.overdue()).thenThrow(new DataAccessResourceFailureException("gone"));
        assertThat(health().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void isDownWhenTheLoopHangsThoughNothingIsLateAndUpWhenItTurnsAgain() {
        Mockito.when(monitor.overdue()).thenReturn(Duration.ZERO);
        CountDownLatch hangs = new CountDownLatch(1);
        Mockito.when(store.expire(Mockito.anyInt())).thenAnswer(call -> {
            hangs.await();
            return 0;
        });
        PostgresServer server = PostgresServer.shared();
        DataSource dataSource = server.dataSource(server.createDatabase());
        PatternSchema.core().createIfMissing(dataSource);
        try (ReservationExpiry expiry = new ReservationExpiry(
                dataSource,
                store,
                Duration.ofMillis(10),
                1,
                Duration.ofSeconds(10),
                EscrowListener.none(),
                Thread::new)) {
            assertThat(health(expiry).getStatus()).as("not begun").isEqualTo(Status.UP);
            expiry.start();
            await().atMost(PATIENCE).until(() -> health(expiry).getStatus().equals(Status.DOWN));
            assertThat(health(expiry).getDetails())
                    .containsEntry("sweeps", true)
                    .extractingByKey("problems")
                    .asString()
                    .contains("has not turned");

            hangs.countDown();
            await().atMost(PATIENCE).until(() -> health(expiry).getStatus().equals(Status.UP));
            assertThat(health(expiry).getDetails())
                    .containsEntry("sweeps", true)
                    .doesNotContainKey("expiry");
        }
    }

    private Health health(ReservationExpiry... expiries) {
        Figures counted = new Figures(3, new Stock(0, 0, 0), Map.of(), Duration.ZERO);
        return new EscrowHealthIndicator(monitor, List.of(expiries), () -> Optional.of(counted), LIMIT).health();
    }
}
