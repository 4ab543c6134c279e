package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TransactionSetTests {

    @Property(tries = 500)
    void seesJustWhatWasAddedOneByOneAndBySnapshots(
            @ForAll @Size(max = 20) Set<@IntRange(min = 10, max = 60) Integer> first,
            @ForAll @Size(max = 20) Set<@IntRange(min = 10, max = 60) Integer> second,
            @ForAll @Size(max = 20) Set<@IntRange(min = 10, max = 60) Integer> single) {
        TransactionSet set = TransactionSet.of(snapshot(first));
        Set<Integer> model = new HashSet<>(first);
        single.forEach(set::add);
        model.addAll(single);
        set.addAll(snapshot(second));
        model.addAll(second);

        TransactionSnapshot result = set.toSnapshot();
        for (int id = 1; id < 70; id++) {
            assertThat(result.sees(id)).as("transaction %s", id).isEqualTo(id < 10 || model.contains(id));
            assertThat(set.contains(id)).isEqualTo(result.sees(id));
        }
        assertThat(TransactionSnapshot.parse(result.toString())).isEqualTo(result);
        assertThat(set.unknown()).isEqualTo(result.inProgress().length);
    }

    @Test
    void aSnapshotWithOneMoreTransactionSeesIt() {
        TransactionSnapshot snapshot = TransactionSnapshot.parse("5:9:5,7");
        assertThat(snapshot.with(7)).hasToString("5:9:5");
        assertThat(snapshot.with(5)).hasToString("7:9:7");
        assertThat(snapshot.with(11)).hasToString("5:12:5,7,9,10");
        assertThat(snapshot.with(6)).isEqualTo(snapshot);
    }

    /** Sees these of the ids from 10 on. */
    private static TransactionSnapshot snapshot(Set<Integer> seen) {
        TransactionSet set = TransactionSet.of(TransactionSnapshot.parse("10:10:"));
        seen.forEach(set::add);
        return set.toSnapshot();
    }
}
