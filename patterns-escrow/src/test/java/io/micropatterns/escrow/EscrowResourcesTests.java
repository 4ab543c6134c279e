package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Resources in transactions of those who stock them. */
class EscrowResourcesTests extends OnItsOwnDatabase {

    @Test
    void whatIsRefusedLeavesTheCallersTransactionAsItIs() {
        resources.create("bed", 1);
        database.transaction().executeWithoutResult(status -> {
            resources.create("chair", 10);
            assertThatExceptionOfType(ResourceExistsException.class).isThrownBy(() -> resources.create("bed", 5, 3));
            assertThatExceptionOfType(InsufficientStockException.class).isThrownBy(() -> resources.reduce("bed", 2));
            assertThatExceptionOfType(UnknownResourceException.class).isThrownBy(() -> resources.reduce("table", 1));
            assertThatExceptionOfType(UnknownResourceException.class).isThrownBy(() -> resources.topUp("table", 1));
            resources.topUp("chair", 1);
        });
        assertThat(resources.findAll())
                .containsExactly(new Resource("bed", 1, 1, 0, 0, 1), new Resource("chair", 11, 11, 0, 0, 1));
    }

    @Test
    void noResourceHasMoreThanThereIsANumberFor() {
        resources.create("bed", Long.MAX_VALUE - 5, 3);
        assertThat(resources.topUp("bed", 3).total()).isEqualTo(Long.MAX_VALUE - 2);
        database.transaction().executeWithoutResult(status -> {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> resources.topUp("bed", 3))
                    .withMessageContaining("'bed' has 9223372036854775805 in total");
            resources.topUp("bed", 2);
        });
        assertThat(resources.find("bed")).map(Resource::total).contains(Long.MAX_VALUE);
    }

    @Test
    void ofTwoWhoCreateAResourceAtOnceOneDoes() {
        CompletableFuture<Resource> other = new CompletableFuture<>();
        database.transaction().executeWithoutResult(status -> {
            resources.create("bed", 7, 2);
            other.completeAsync(() -> resources.create("bed", 9, 4));
            await().atMost(Duration.ofSeconds(30)).until(this::somebodyWaits);
        });
        assertThat(other)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(ResourceExistsException.class);
        assertThat(resources.findAll()).containsExactly(new Resource("bed", 7, 7, 0, 0, 2));
        assertThat(resources.verify()).isEmpty();
    }

    private boolean somebodyWaits() {
        return Objects.requireNonNull(database.jdbc()
                .queryForObject(
                        "select exists (select from pg_locks l join pg_stat_activity a using (pid)"
                                + " where not l.granted and a.datname = current_database())",
                        Boolean.class));
    }

    @Test
    void reservationsWhoseLinesDoNotAgreeAreNamed() {
        resources.create("bed", 5);
        resources.create("lamp", 5);
        UUID differs =
                escrow.reserve(ReservationRequest.of("bed", 1).and("lamp", 1)).id();
        UUID headless =
                escrow.reserve(ReservationRequest.of("bed", 1).and("lamp", 1)).id();
        escrow.confirm(
                escrow.reserve(ReservationRequest.of("bed", 1).and("lamp", 1)).id(), Map.of("bed", 1L));
        assertThat(resources.verify()).isEmpty();

        // As by hand, with the stock made to agree.
        JdbcTemplate jdbc = database.jdbc();
        jdbc.update("update patterns_escrow_hold set state = 'R' where reservation = ? and line = 0", differs);
        jdbc.update("delete from patterns_escrow_hold where reservation = ? and line = 0", headless);
        jdbc.update("update patterns_escrow_stock set held = 0, available = available + held where resource = 'bed'");

        assertThat(resources.verify())
                .containsExactlyInAnyOrder(
                        new EscrowResources.Discrepancy(
                                "lamp",
                                0,
                                "reservation " + differs
                                        + " is in state H by its line 1, and in state R by its line 0"),
                        new EscrowResources.Discrepancy(
                                "lamp", 0, "reservation " + headless + " has a line 1 in state H, and no line 0"));
    }

    @Test
    void aTotalIsSpreadOverTheStripes() {
        resources.create("bed", 11, 4);
        assertThat(database.jdbc()
                        .queryForList("select available from patterns_escrow_stock order by stripe", Long.class))
                .containsExactly(3L, 3L, 3L, 2L);
        resources.create("endless", Long.MAX_VALUE, 3);
        assertThat(resources.find("endless")).map(Resource::total).contains(Long.MAX_VALUE);
    }
}
