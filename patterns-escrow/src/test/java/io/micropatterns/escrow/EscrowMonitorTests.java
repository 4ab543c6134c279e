package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micropatterns.escrow.EscrowMonitor.Figures;
import io.micropatterns.escrow.EscrowMonitor.Stock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What meters, health and endpoint read. */
@SuppressWarnings("NullAway.Init")
class EscrowMonitorTests extends OnItsOwnDatabase {

    private EscrowMonitor monitor;

    @BeforeEach
    void start() {
        monitor = database.monitor();
    }

    @Test
    void nothingIsZero() {
        assertThat(monitor.figures(List.of("bed"))).isEqualTo(figures(0, new Stock(0, 0, 0)));
        assertThat(monitor.overdue()).isZero();
    }

    @Test
    void sumsUpAllStripesOfAllResourcesAndThoseThatAreAskedFor() {
        resources.create("bed", 10, 3);
        resources.create("mattress", 5);
        resources.create("pillow", 7);
        escrow.reserve("bed", 4);
        escrow.confirm(escrow.reserve("mattress", 2).id());

        Figures figures = monitor.figures(List.of("bed", "pillow", "none"));
        assertThat(figures.resources()).isEqualTo(3);
        assertThat(figures.all()).isEqualTo(new Stock(16, 4, 2));
        assertThat(figures.each())
                .containsOnlyKeys("bed", "pillow")
                .containsEntry("bed", new Stock(6, 4, 0))
                .containsEntry("pillow", new Stock(7, 0, 0));
        assertThat(figures.overdue()).isZero();
    }

    @Test
    void aSumThatIsTooLargeIsTheLargestNumber() {
        resources.create("endless", Long.MAX_VALUE);
        resources.create("endless too", Long.MAX_VALUE);
        assertThat(monitor.figures(List.of())).isEqualTo(figures(2, new Stock(Long.MAX_VALUE, 0, 0)));
    }

    @Test
    void overdueIsWhatIsStillHeldAfterItsTime() {
        resources.create("bed", 10);
        Reservation late = escrow.reserve("bed", 1);
        Reservation ended = escrow.reserve("bed", 1);
        escrow.reserve("bed", 1);
        escrow.release(ended.id());
        assertThat(monitor.overdue()).isZero();

        database.letExpire(ended.id());
        assertThat(monitor.overdue()).as("it holds nothing").isZero();
        database.letExpire(late.id());
        assertThat(monitor.overdue()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(monitor.figures(List.of()).overdue()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));

        database.store(0).expire(10);
        assertThat(monitor.overdue()).isZero();
    }

    @Test
    void resourcesAreReadPageByPage() {
        for (String name : List.of("bed", "a%", "a_b", "ab", "ac", "A")) {
            resources.create(name, 1, 2);
        }
        assertThat(names("", null, 4)).containsExactly("A", "a%", "a_b", "ab");
        assertThat(names("", "ab", 4)).containsExactly("ac", "bed");
        assertThat(names("", "bed", 4)).isEmpty();
        assertThat(names("a", null, 10)).containsExactly("a%", "a_b", "ab", "ac");
        assertThat(names("a_", null, 10)).containsExactly("a_b");
        assertThat(resources.findAll("bed", null, 1)).containsExactly(new Resource("bed", 1, 1, 0, 0, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> names("", null, 0))
                .withMessageContaining("limit");
    }

    private List<String> names(String prefix, @Nullable String after, int limit) {
        return resources.findAll(prefix, after, limit).stream()
                .map(Resource::name)
                .toList();
    }

    private static Figures figures(long resources, Stock all) {
        return new Figures(resources, all, Map.of(), Duration.ZERO);
    }
}
