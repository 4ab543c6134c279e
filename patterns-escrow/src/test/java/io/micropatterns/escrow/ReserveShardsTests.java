package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** Methods with {@link Reserve} in a caller's transaction, of the shard of their resources and of another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ReserveShardsTests {

    private final CurrentReservation current = new CurrentReservation();
    private final String item = "item-" + UUID.randomUUID();
    private EscrowDatabase east;
    private EscrowDatabase west;
    private Escrow escrow;
    private EscrowResources resources;
    private Shop shop;
    private TransactionTemplate ofItsShard;
    private TransactionTemplate ofTheOther;

    @BeforeAll
    void start() {
        east = new EscrowDatabase();
        west = new EscrowDatabase();
        escrow = Escrow.sharded(Map.of(
                0, Escrow.builder(east.store(0)).build(),
                1, Escrow.builder(west.store(0)).shard(1).build()));
        resources = EscrowResources.sharded(Map.of(0, east.resources(), 1, west.resources()));
        resources.create(item, 100);
        boolean isEast = east.resources().find(item).isPresent();
        ofItsShard = (isEast ? east : west).transaction();
        ofTheOther = (isEast ? west : east).transaction();
        ProxyFactory factory = new ProxyFactory(new Shop(current));
        factory.setProxyTargetClass(true);
        factory.addAdvisors(new ReserveAdvisor(() -> escrow, current), new ConfirmAdvisor(current));
        shop = (Shop) factory.getProxy();
    }

    @AfterEach
    void verify() {
        assertThat(resources.find(item)).map(Resource::held).contains(0L);
        assertThat(resources.verify()).isEmpty();
    }

    @AfterAll
    void stop() {
        escrow.close();
        east.close();
        west.close();
    }

    @Test
    void aRollbackOfAnotherShardReleases() {
        UUID id = Objects.requireNonNull(ofTheOther.execute(status -> {
            UUID held = shop.buy(item);
            assertThat(state(held)).isEqualTo(ReservationState.HELD);
            status.setRollbackOnly();
            return held;
        }));
        assertThat(state(id)).isEqualTo(ReservationState.RELEASED);
    }

    @Test
    void aCommitOfAnotherShardConfirms() {
        UUID id = Objects.requireNonNull(ofTheOther.execute(status -> {
            UUID held = shop.buy(item);
            assertThat(state(held)).isEqualTo(ReservationState.HELD);
            return held;
        }));
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
    }

    @Test
    void aMethodThatThrowsReleasesAlsoWhereTheOthersTransactionCommits() {
        UUID id = Objects.requireNonNull(ofTheOther.execute(status -> {
            UUID[] held = new UUID[1];
            assertThatIllegalStateException().isThrownBy(() -> shop.fail(item, held));
            return held[0];
        }));
        assertThat(state(id)).isEqualTo(ReservationState.RELEASED);
    }

    @Test
    void aTransactionOfItsOwnShardIsJoined() {
        UUID confirmed = Objects.requireNonNull(ofItsShard.execute(status -> {
            UUID id = shop.buy(item);
            assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
            return id;
        }));
        assertThat(state(confirmed)).isEqualTo(ReservationState.CONFIRMED);
        UUID rolledBack = Objects.requireNonNull(ofItsShard.execute(status -> {
            status.setRollbackOnly();
            return shop.buy(item);
        }));
        assertThat(escrow.find(rolledBack)).isEmpty();
    }

    @Test
    void aRequestThatFailedIsTriedAgainOnItsShard() {
        String request = "request-" + UUID.randomUUID();
        assertThatIllegalStateException().isThrownBy(() -> shop.order(item, request, true));
        UUID id = shop.order(item, request, false);
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
        assertThatExceptionOfType(ReservationException.class).isThrownBy(() -> shop.order(item, request, false));
    }

    private ReservationState state(UUID id) {
        return escrow.find(id).orElseThrow().state();
    }

    static class Shop {

        private final CurrentReservation current;

        Shop(CurrentReservation current) {
            this.current = current;
        }

        @Reserve(resource = "#item")
        UUID buy(String item) {
            return current.get().id();
        }

        @Reserve(resource = "#item", requestId = "#request")
        UUID order(String item, String request, boolean fails) {
            if (fails) {
                throw new IllegalStateException("broken");
            }
            return current.get().id();
        }

        @Reserve(resource = "#item")
        UUID fail(String item, UUID[] held) {
            held[0] = current.get().id();
            throw new IllegalStateException("broken");
        }
    }
}
