package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotCursorTests {

    private static final TransactionSnapshot READ = TransactionSnapshot.parse("10:20:12,15");
    private static final TransactionSnapshot SLICE = TransactionSnapshot.parse("15:30:15,25");

    @Property
    void survivesItsTextForm(@ForAll("cursors") SnapshotCursor cursor) {
        assertThat(SnapshotCursor.parse(cursor.toString()))
                .isEqualTo(cursor)
                .hasToString(cursor.toString())
                .hasSameHashCodeAs(cursor);
    }

    @Provide
    Arbitrary<SnapshotCursor> cursors() {
        Arbitrary<TransactionSnapshot> snapshots = Arbitraries.longs()
                .between(1, Long.MAX_VALUE - 100)
                .map(xmin -> TransactionSnapshot.parse(xmin + ":" + (xmin + 50) + ":" + (xmin + 1) + "," + (xmin + 9)));
        Arbitrary<Long> positions = Arbitraries.longs().greaterOrEqual(0);
        return Combinators.combine(
                        Arbitraries.strings().numeric().ofMinLength(1),
                        snapshots,
                        snapshots.injectNull(0.5),
                        positions,
                        positions)
                .as(SnapshotCursor::new);
    }

    @Test
    void hasReadWhatTheSnapshotSees() {
        SnapshotCursor cursor = SnapshotCursor.at("1", READ, 100);
        assertThat(cursor.hasRead(9, 1_000)).isTrue();
        assertThat(cursor.hasRead(11, 1_000)).isTrue();
        assertThat(cursor.hasRead(12, 1)).isFalse();
        assertThat(cursor.hasRead(20, 1)).isFalse();
        assertThat(cursor.newest()).isEqualTo(READ);
    }

    @Test
    void hasReadASliceUpToItsPosition() {
        SnapshotCursor cursor = SnapshotCursor.at("1", READ, 100).within(SLICE, 50);
        assertThat(cursor.hasRead(12, 50)).isTrue();
        assertThat(cursor.hasRead(12, 51)).isFalse();
        assertThat(cursor.hasRead(15, 50)).isFalse();
        assertThat(cursor.hasRead(29, 50)).isTrue();
        assertThat(cursor.hasRead(30, 50)).isFalse();
        assertThat(cursor.hasRead(11, 51)).isTrue();
        assertThat(cursor.newest()).isEqualTo(SLICE);
        assertThat(cursor.highest()).isEqualTo(100);
        assertThat(cursor.within(SLICE, 150).highest()).isEqualTo(150);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1|2|3",
                "2|7|10:20:||0|0",
                "1|7|10:20:||0|0|",
                "1|7|10:20||0|0",
                "1|7|10:20:|x|0|0",
                "1|7|10:20:||x|0",
                "1|7|10:20:||0|"
            })
    void refusesOtherText(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SnapshotCursor.parse(text));
    }
}
