package io.micropatterns.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.CoreDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

class LeaseGroupTests {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final DataSource dataSource = CoreDatabase.withCoreTables();
    private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    private final List<LeaseGroup> members = new ArrayList<>();
    private final Queue<Lease> begun = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        members.forEach(LeaseGroup::close);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void membersThatJoinAndLeaveHaveFairShares(int leases) {
        for (int count = 1; count <= 4; count++) {
            member(Duration.ofSeconds(1), leases, LeaseGroupTests::untilEnd).start();
            awaitFairShares(leases);
        }
        while (members.size() > 1) {
            members.remove(members.size() / 2).close();
            awaitFairShares(leases);
        }
        assertTokensGrow();
    }

    private void awaitFairShares(int leases) {
        await().atMost(LONG).untilAsserted(() -> {
            List<Integer> shares =
                    members.stream().map(member -> member.held().size()).toList();
            assertThat(shares.stream().mapToInt(Integer::intValue).sum()).isEqualTo(leases);
            assertThat(shares)
                    .allMatch(share -> share >= leases / members.size()
                            && share <= (leases + members.size() - 1) / members.size());
            assertThat(members.get(0).owners()).hasSize(leases);
        });
    }

    /** A holder that begins has a larger token than the holder of its lease before. */
    private void assertTokensGrow() {
        Map<String, Long> last = new HashMap<>();
        for (Lease lease : begun) {
            assertThat(lease.token()).isGreaterThan(last.getOrDefault(lease.name(), 0L));
            last.put(lease.name(), lease.token());
        }
        assertThat(last).isNotEmpty();
    }

    @Test
    void twoHoldersNeverWorkAtOnceThoughMembersComeAndGo() {
        AtomicInteger violations = new AtomicInteger();
        Map<String, AtomicInteger> working = new HashMap<>();
        IntStream.range(0, 4).forEach(i -> working.put("lease-" + i, new AtomicInteger()));
        LeasedWork exclusive = lease -> {
            if (working.get(lease.name()).incrementAndGet() > 1) {
                violations.incrementAndGet();
            }
            untilEnd(lease);
            working.get(lease.name()).decrementAndGet();
        };
        for (int round = 0; round < 6; round++) {
            // Long enough that no member is ever late, or else only their tokens would tell them apart.
            member(Duration.ofSeconds(3), 4, exclusive).start();
            awaitFairShares(4);
            if (members.size() == 3) {
                members.remove(0).close();
            }
        }
        assertTokensGrow();
        assertThat(begun).hasSizeGreaterThan(8);
        assertThat(violations).hasValue(0);
    }

    @Test
    void aLeaseWhoseEndFailsIsAcquiredAgain() {
        AtomicInteger runs = new AtomicInteger();
        member(Duration.ofSeconds(1), 1, lease -> {
                    runs.incrementAndGet();
                    lease.onEnd(() -> {
                        throw new IllegalStateException("the work's own fault");
                    });
                })
                .start();
        await().atMost(LONG).until(() -> runs.get() > 2);
    }

    @Test
    void closingGivesBackAtOnceWhatTheWorkReturns() {
        AtomicBoolean returned = new AtomicBoolean();
        LeaseGroup group = member(LONG, 3, lease -> {
            untilEnd(lease);
            returned.set(true);
        });
        group.start();
        await().atMost(LONG).until(() -> group.held().size() == 3);
        group.close();
        assertThat(returned).isTrue();
        assertThat(group.held()).isEmpty();
        assertThat(group.owners()).isEmpty();
        assertThat(jdbc.queryForObject("select count(*) from patterns_lease where owner is not null", Long.class))
                .isZero();
        assertThat(jdbc.queryForObject("select count(*) from patterns_member", Long.class))
                .isZero();
        assertThat(jdbc.queryForObject("select min(token) from patterns_lease", Long.class))
                .isPositive();
    }

    @Test
    void closingInterruptsWorkThatDoesNotReturnAndLeavesNoFlagForTheDatabase() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        LeaseGroup group = builder(1)
                .timeToLive(Duration.ofMillis(400))
                .work(lease -> {
                    atWork.countDown();
                    never.await();
                })
                .build();
        members.add(group);
        group.start();
        assertThat(atWork.await(1, TimeUnit.MINUTES)).isTrue();
        group.close();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(jdbc.queryForObject("select owner from patterns_lease", String.class))
                        .isNull());
        assertThat(group.owners()).isEmpty();
    }

    @Test
    void closingAGroupThatWasNotStartedDoesNothing() {
        member(LONG, 1, LeaseGroupTests::untilEnd).close();
        assertThat(jdbc.queryForObject("select count(*) from patterns_lease", Long.class))
                .isZero();
    }

    @Test
    void workThatThrowsOrReturnsIsTriedAgainWithALargerToken() {
        AtomicInteger attempts = new AtomicInteger();
        LeaseGroup group = member(Duration.ofSeconds(1), 1, lease -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("broken");
            }
            if (attempts.get() >= 3) {
                untilEnd(lease);
            }
        });
        group.start();
        await().atMost(LONG).until(() -> attempts.get() >= 3);
        assertThat(begun)
                .extracting(Lease::token)
                .hasSizeGreaterThanOrEqualTo(3)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void workThatIgnoresItsEndIsNotBegunAgainBesideItself() throws Exception {
        CountDownLatch stubborn = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        LeaseGroup group = builder(1)
                .timeToLive(LONG)
                .work(lease -> {
                    lease.onEnd(told::countDown);
                    if (attempts.incrementAndGet() == 1) {
                        stubborn.await();
                    } else {
                        untilEnd(lease);
                    }
                })
                .build();
        members.add(group);
        group.start();
        await().atMost(LONG).until(() -> group.held().size() == 1);
        Lease first = group.held().iterator().next();
        jdbc.update("update patterns_lease set expires_at = clock_timestamp() - interval '1 ms'");
        beat(group);
        assertThat(told.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(first.isHeld()).isFalse();
        // Several heartbeats later it is free in the database, and yet not taken.
        await().atMost(LONG).during(Duration.ofMillis(600)).until(() -> {
            beat(group);
            return attempts.get() == 1
                    && group.held().isEmpty()
                    && group.owners().isEmpty();
        });
        stubborn.countDown();
        await().atMost(LONG).until(() -> {
            beat(group);
            return group.held().size() == 1;
        });
        assertThat(attempts).hasValue(2);
        assertThat(group.held().iterator().next().token()).isGreaterThan(first.token());
    }

    /** At once, and not when its time to live says. */
    private static void beat(LeaseGroup group) {
        group.stepDown(Duration.ZERO);
    }

    @Test
    void whoStepsDownLeavesItsLeasesToTheOthersUntilItsTimeIsOver() {
        AtomicLong clock = new AtomicLong();
        LeaseGroup tired = builder(4)
                .timeToLive(Duration.ofSeconds(2))
                .nanoClock(() -> System.nanoTime() + clock.get())
                .work(LeaseGroupTests::untilEnd)
                .build();
        members.add(tired);
        LeaseGroup other = member(Duration.ofSeconds(2), 4, LeaseGroupTests::untilEnd);
        tired.start();
        other.start();
        awaitFairShares(4);
        assertThat(tired.steppedDownFor()).isZero();

        tired.stepDown(LONG);
        await().atMost(LONG).until(() -> tired.held().isEmpty() && other.held().size() == 4);
        assertThat(tired.steppedDownFor()).isPositive().isLessThanOrEqualTo(LONG);
        assertThat(tired.sinceHeartbeat()).isLessThan(LONG);

        other.stepDown(LONG);
        awaitFairShares(4);

        tired.stepDown(Duration.ZERO);
        await().atMost(LONG)
                .until(() -> tired.held().size() == 4 && other.held().isEmpty());
        tired.stepDown(LONG);
        awaitFairShares(4);
        clock.addAndGet(LONG.toNanos());
        await().atMost(LONG)
                .until(() -> tired.held().size() == 4 && other.held().isEmpty());
        other.stepDown(Duration.ZERO);
        awaitFairShares(4);
    }

    @Test
    void theOnlyMemberKeepsItsLeasesWhenItStepsDown() {
        LeaseGroup alone = member(Duration.ofSeconds(1), 3, LeaseGroupTests::untilEnd);
        alone.start();
        awaitFairShares(3);
        alone.stepDown(LONG);

        await().atMost(LONG)
                .during(Duration.ofSeconds(1))
                .until(() -> alone.held().size() == 3);
    }

    @Test
    void stepsDownByItsOwnClockBeforeTheDatabaseLetsTheLeaseExpire() {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000);
        LeaseGroup group = builder(1)
                .timeToLive(LONG)
                .nanoClock(clock::get)
                .work(LeaseGroupTests::untilClosed)
                .build();
        members.add(group);
        group.start();
        await().atMost(LONG).until(() -> group.held().size() == 1);
        Lease lease = group.held().iterator().next();
        clock.addAndGet(LONG.toNanos() / 10 * 9 - 1);
        assertThat(lease.isHeld()).isTrue();
        assertThat(group.sinceHeartbeat()).isEqualTo(Duration.ofNanos(LONG.toNanos() / 10 * 9 - 1));
        clock.addAndGet(1);
        assertThat(lease.isHeld()).isFalse();
        assertThat(group.held()).isEmpty();
        assertThat(group.owners()).containsExactly(new LeaseOwner("lease-0", group.member(), lease.token()));
    }

    @Test
    void refusesWhatItCannotWorkWith() {
        assertThatIllegalStateException()
                .isThrownBy(() -> LeaseGroup.builder(dataSource, "group").build())
                .withMessageContaining("name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder(1).timeToLive(Duration.ofMillis(99)))
                .withMessageContaining("PT0.099S");
    }

    private LeaseGroup.Builder builder(int leases) {
        return LeaseGroup.builder(dataSource, "group")
                .names(IntStream.range(0, leases).mapToObj(i -> "lease-" + i).toList());
    }

    private LeaseGroup member(Duration timeToLive, int leases, LeasedWork work) {
        LeaseGroup group = builder(leases)
                .timeToLive(timeToLive)
                .work(lease -> {
                    begun.add(lease);
                    work.run(lease);
                })
                .build();
        members.add(group);
        return group;
    }

    /** Does not give the lease back when it runs out. */
    private static void untilClosed(Lease lease) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        lease.onEnd(end::countDown);
        end.await();
    }

    private static void untilEnd(Lease lease) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        lease.onEnd(end::countDown);
        while (lease.isHeld() && !end.await(100, TimeUnit.MILLISECONDS)) {
            // Looks at the clock as well.
        }
    }
}
