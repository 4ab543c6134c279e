package io.micropatterns.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micropatterns.core.CoreDatabase;
import io.micropatterns.core.jdbc.NetworkTimeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

class JdbcLeaseStoreTests {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final DataSource dataSource = CoreDatabase.withCoreTables();
    private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    private final LeaseStore store = new JdbcLeaseStore(dataSource, NetworkTimeout.DEFAULT);

    @Test
    void givesALeaseToOneOwnerUntilItIsReleased() {
        long token = store.acquire("a", "me", LONG).orElseThrow();
        assertThat(store.acquire("a", "you", LONG)).isEmpty();
        assertThat(store.acquire("a", "me", LONG)).isEmpty();
        assertThat(store.owners(List.of("a", "b"))).containsExactly(new LeaseOwner("a", "me", token));
        assertThat(store.free(List.of("a", "b"))).containsExactly("b");
        store.release("a", "me", token);
        assertThat(store.free(List.of("a", "b"))).containsExactly("a", "b");
        assertThat(store.acquire("a", "you", LONG).orElseThrow()).isGreaterThan(token);
    }

    @Test
    void givesAnExpiredLeaseToAnotherAndRefusesItsFormerOwner() {
        long former = store.acquire("a", "me", LONG).orElseThrow();
        expire();
        assertThat(store.owners(List.of("a"))).isEmpty();
        assertThat(store.renew(List.of("a"), "me", LONG)).isEmpty();
        long token = store.acquire("a", "you", LONG).orElseThrow();
        assertThat(token).isGreaterThan(former);
        assertThat(store.renew(List.of("a"), "me", LONG)).isEmpty();
        store.release("a", "me", former);
        assertThat(store.owners(List.of("a"))).containsExactly(new LeaseOwner("a", "you", token));
    }

    @Test
    void releaseOfAnOlderTokenIsWithoutEffect() {
        long former = store.acquire("a", "me", LONG).orElseThrow();
        expire();
        long token = store.acquire("a", "me", LONG).orElseThrow();
        store.release("a", "me", former);
        assertThat(store.owners(List.of("a"))).containsExactly(new LeaseOwner("a", "me", token));
    }

    @Test
    void theTokenOfALeaseWhoseRowWasDeletedGrowsOnWithTheClock() {
        long first = store.acquire("a", "me", LONG).orElseThrow();
        assertThat(first).isCloseTo(databaseSeconds(), within(60L));
        jdbc.update("delete from patterns_lease");
        assertThat(store.acquire("a", "me", LONG).orElseThrow()).isGreaterThanOrEqualTo(first);

        jdbc.update("update patterns_lease set token = 5000");
        expire();
        assertThat(store.acquire("a", "me", LONG).orElseThrow()).isCloseTo(databaseSeconds(), within(60L));
    }

    @Test
    void theTokenGrowsWhenTheClockDoesNot() {
        store.acquire("a", "me", LONG);
        long ahead = databaseSeconds() + 1_000_000;
        jdbc.update("update patterns_lease set token = ?", ahead);
        expire();
        assertThat(store.acquire("a", "me", LONG)).hasValue(ahead + 1);
    }

    @Test
    void ofManyThatAskAtOnceOneIsGivenTheLease() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            long last = 0;
            for (int round = 1; round <= 20; round++) {
                List<Callable<OptionalLong>> tasks = IntStream.range(0, 8)
                        .<Callable<OptionalLong>>mapToObj(i -> () -> store.acquire("a", "member-" + i, LONG))
                        .toList();
                List<Long> tokens = new ArrayList<>();
                for (Future<OptionalLong> result : executor.invokeAll(tasks)) {
                    result.get().ifPresent(tokens::add);
                }
                assertThat(tokens).singleElement(InstanceOfAssertFactories.LONG).isGreaterThan(last);
                last = tokens.get(0);
                expire();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "8, 1", "1, 3", "4, 3", "5, 3", "8, 3", "7, 4", "3, 4"})
    void sharesAddUpToTheLeasesAndDifferByOne(int leases, int members) {
        List<String> names =
                IntStream.range(0, leases).mapToObj(i -> "lease-" + i).toList();
        IntStream.range(0, members).forEach(i -> store.join("group", "member-" + i, false, LONG, names));
        List<Integer> shares = IntStream.range(0, members)
                .mapToObj(i -> store.join("group", "member-" + i, false, LONG, names))
                .toList();
        assertThat(shares.stream().mapToInt(Integer::intValue).sum()).isEqualTo(leases);
        assertThat(shares).allMatch(share -> share == leases / members || share == leases / members + 1);
        assertThat(new HashSet<>(shares)).hasSize(leases % members == 0 ? 1 : 2);
    }

    @Test
    void theLargerShareIsOfTheMemberThatHoldsMore() {
        List<String> names = List.of("a", "b", "c");
        store.join("group", "member-0", false, LONG, names);
        store.join("group", "member-1", false, LONG, names);
        store.acquire("a", "member-1", LONG);
        assertThat(store.join("group", "member-0", false, LONG, names)).isEqualTo(1);
        assertThat(store.join("group", "member-1", false, LONG, names)).isEqualTo(2);
    }

    @Test
    void membersThatLeftOrExpiredOrBelongToAnotherGroupHaveNoShare() {
        List<String> names = List.of("a", "b", "c");
        store.join("group", "dead", false, LONG, names);
        jdbc.update("update patterns_member set expires_at = clock_timestamp() - interval '1 ms'");
        store.join("other", "stranger", false, LONG, names);
        store.join("group", "gone", false, LONG, names);
        store.leave("group", "gone");
        assertThat(store.join("group", "me", false, LONG, names)).isEqualTo(3);
    }

    @Test
    void whoHasSteppedDownHasNoShareUnlessAllHave() {
        List<String> names = List.of("a", "b", "c");
        assertThat(store.join("group", "me", true, LONG, names)).isEqualTo(3);
        assertThat(store.join("group", "you", false, LONG, names)).isEqualTo(3);
        assertThat(store.join("group", "me", true, LONG, names)).isZero();
        assertThat(store.join("group", "you", true, LONG, names) + store.join("group", "me", true, LONG, names))
                .isEqualTo(3);
        assertThat(store.join("group", "me", false, LONG, names)).isEqualTo(3);
        assertThat(store.join("group", "you", true, LONG, names)).isZero();
    }

    private long databaseSeconds() {
        return jdbc.queryForObject("select extract(epoch from clock_timestamp())::bigint", Long.class);
    }

    private void expire() {
        jdbc.update("update patterns_lease set expires_at = clock_timestamp() - interval '1 ms'");
    }
}
