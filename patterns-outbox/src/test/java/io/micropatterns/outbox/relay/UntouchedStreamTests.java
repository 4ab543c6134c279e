package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.cdc.SlotKeeper;
import io.micropatterns.outbox.cdc.SlotUnavailableException;
import io.micropatterns.outbox.cdc.SlotUnavailableException.Problem;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UntouchedStreamTests {

    private static final long FOUND = 100;
    private static final long PUBLISHED = 110;
    private static final Change.Mark MARK = new Change.Mark(120, "text");

    private final Queue<Change> changes = new ArrayDeque<>();
    private final AtomicInteger looks = new AtomicInteger();
    private long confirmed = FOUND;
    private boolean messages;
    private final ChangeStream stream = new UntouchedStream(
            new Changes(),
            new KeptSlot(new ReplicationSlot("slot", "slot", "event", "mark"), new Generation("a", "b"), FOUND, 1),
            PUBLISHED,
            keeper());

    @Test
    void aSlotThatWasMadeAnewBeforeItWasStreamedIsNoticedWithTheFirstChange() throws Exception {
        confirmed = FOUND + 1;
        assertThat(stream.next(Duration.ZERO)).isNull();
        assertThat(looks).hasValue(0);
        changes.add(MARK);
        assertThatExceptionOfType(ChangeStreamException.class)
                .isThrownBy(() -> stream.next(Duration.ZERO))
                .withMessageContaining("'slot' was made anew");
    }

    @Test
    void nothingIsLostWhereWhatItNoLongerHasIsInTheTableOrPublished() {
        changes.add(MARK);
        confirmed = PUBLISHED + 1;
        assertThatExceptionOfType(ChangeStreamException.class)
                .isThrownBy(() -> stream.next(Duration.ZERO))
                .isNotInstanceOf(SlotUnavailableException.class);
        messages = true;
        changes.add(MARK);
        confirmed = PUBLISHED;
        assertThatExceptionOfType(ChangeStreamException.class)
                .isThrownBy(() -> stream.next(Duration.ZERO))
                .isNotInstanceOf(SlotUnavailableException.class);
    }

    @Test
    void theLossOfEventsThatWereNowhereElseIsTold() {
        changes.add(MARK);
        confirmed = PUBLISHED + 1;
        messages = true;
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(() -> stream.next(Duration.ZERO))
                .withMessageContaining("made it anew")
                .withMessageContaining("stands at 6f");
    }

    @Test
    void confirmsNothingBeforeItKnows() throws Exception {
        stream.confirm(PUBLISHED);
        assertThat(confirmed).isEqualTo(FOUND);
        changes.add(MARK);
        assertThat(stream.next(Duration.ZERO)).isSameAs(MARK);
    }

    @Test
    void whatIsConfirmedOnceItIsStreamedIsOurs() throws Exception {
        changes.add(MARK);
        changes.add(MARK);
        assertThat(stream.next(Duration.ZERO)).isSameAs(MARK);
        stream.confirm(MARK.lsn());
        assertThat(confirmed).isEqualTo(MARK.lsn());
        assertThat(stream.next(Duration.ZERO)).isSameAs(MARK);
        assertThat(looks).hasValue(1);
    }

    private SlotKeeper keeper() {
        return (SlotKeeper) Proxy.newProxyInstance(
                SlotKeeper.class.getClassLoader(), new Class<?>[] {SlotKeeper.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "confirmed" -> {
                            looks.incrementAndGet();
                            yield confirmed;
                        }
                        case "holdsMessages" -> messages;
                        case "lost" ->
                            new SlotUnavailableException(Problem.LOST_EVENTS, String.valueOf(arguments[0]), null);
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private final class Changes implements ChangeStream {

        @Override
        public @Nullable Change next(Duration timeout) {
            return changes.poll();
        }

        @Override
        public void confirm(long lsn) {
            confirmed = lsn;
        }

        @Override
        public void close() {
            changes.clear();
        }
    }
}
