package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micropatterns.core.CoreDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

class TransactionSnapshotTests {

    private static final long SECOND_EPOCH = 1L << 32;

    @Property
    void survivesItsTextForm(@ForAll("snapshots") String text) {
        TransactionSnapshot snapshot = TransactionSnapshot.parse(text);
        assertThat(snapshot).hasToString(text);
        assertThat(TransactionSnapshot.parse(snapshot.toString()))
                .isEqualTo(snapshot)
                .hasSameHashCodeAs(snapshot);
    }

    @Property
    void doesNotSeeATransactionTakenOut(@ForAll("snapshots") String text, @ForAll("nearIds") long id) {
        TransactionSnapshot before = TransactionSnapshot.parse(text);
        TransactionSnapshot after = before.without(id);
        assertThat(after.sees(id)).isFalse();
        for (long other = 1; other < 90; other++) {
            if (other != id) {
                assertThat(after.sees(other)).as("sees(%d)", other).isEqualTo(before.sees(other));
            }
        }
    }

    @Provide
    Arbitrary<String> snapshots() {
        return Arbitraries.longs()
                .between(1, 40)
                .flatMap(xmin -> Arbitraries.longs()
                        .between(xmin, 80)
                        .flatMap(xmax -> inProgress(xmin, xmax)
                                .map(ids -> xmin + ":" + xmax + ":"
                                        + ids.stream().map(String::valueOf).collect(Collectors.joining(",")))));
    }

    @Provide
    Arbitrary<Long> nearIds() {
        return Arbitraries.longs().between(1, 90);
    }

    private static Arbitrary<Set<Long>> inProgress(long xmin, long xmax) {
        return xmin == xmax
                ? Arbitraries.just(Set.of())
                : Arbitraries.longs().between(xmin, xmax - 1).set().ofMaxSize(8).map(TreeSet::new);
    }

    @Test
    void seesWhatPostgresSees() {
        JdbcTemplate jdbc = new JdbcTemplate(CoreDatabase.empty());
        SplittableRandom random = new SplittableRandom(20260101);
        List<String> snapshots = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            long base = random.nextBoolean() ? 3 : SECOND_EPOCH + 3;
            long xmin = base + random.nextInt(20);
            long xmax = xmin + random.nextInt(20);
            TreeSet<Long> inProgress = new TreeSet<>();
            for (int n = random.nextInt(6); n > 0 && xmax > xmin; n--) {
                inProgress.add(random.nextLong(xmin, xmax));
            }
            snapshots.add(xmin + ":" + xmax + ":"
                    + inProgress.stream().map(String::valueOf).collect(Collectors.joining(",")));
            ids.add(base + random.nextInt(45));
        }
        List<Boolean> visible = jdbc.query(
                "select pg_visible_in_snapshot(i::xid8, s::pg_snapshot)"
                        + " from unnest(?::text[], ?::text[]) with ordinality as t (s, i, n) order by n",
                (row, number) -> row.getBoolean(1),
                snapshots.toArray(String[]::new),
                ids.stream().map(String::valueOf).toArray(String[]::new));
        assertThat(visible).hasSameSizeAs(ids).contains(true, false);
        for (int i = 0; i < ids.size(); i++) {
            assertThat(TransactionSnapshot.parse(snapshots.get(i)).sees(ids.get(i)))
                    .as("%s sees %d", snapshots.get(i), ids.get(i))
                    .isEqualTo(visible.get(i));
        }
    }

    @Test
    void seesNothingBeforeAll() {
        assertThat(TransactionSnapshot.beforeAll().sees(1)).isFalse();
        assertThat(TransactionSnapshot.beforeAll().sees(3)).isFalse();
        assertThat(TransactionSnapshot.beforeAll().xmax()).isEqualTo(1);
    }

    @Test
    void handsOutACopyOfTheTransactionsInProgress() {
        TransactionSnapshot snapshot = TransactionSnapshot.parse("10:20:15,12");
        snapshot.inProgress()[0] = 99;
        assertThat(snapshot.inProgress()).containsExactly(12, 15);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1:2", "a:2:", "1:b:", "1:2:c", "1:2:3,", "1:2:3:4", "1:2:99999999999999999999"})
    void refusesOtherText(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransactionSnapshot.parse(text))
                .withMessageContaining("'" + text + "'");
    }
}
