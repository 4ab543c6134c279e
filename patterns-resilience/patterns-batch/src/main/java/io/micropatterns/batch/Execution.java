package io.micropatterns.batch;

import io.micropatterns.batch.BatchListener.BatchRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One batch from its beginning to its end: what fails as a whole is tried again by halves, until it is known which items
 * cannot succeed, or it seems that none can. Not thread-safe.
 */
final class Execution<T, R extends @Nullable Object> {

    /** A single bad item fails fewer times than this before others succeed, however large the batch. */
    private static final int MOST_FAILURES_IN_A_ROW = 40;

    private final Batching<T, R> batching;
    private final List<BatchItem<T, R>> items;
    private final Consumer<List<BatchItem<T, R>>> teller;
    private final long begunAt = System.nanoTime();
    private long tellingNanos;
    private int attempts;
    private int failed;
    private int failuresInARow;

    /**
     * Of these items.
     *
     * @param teller tells submitters of items that have been decided
     */
    Execution(Batching<T, R> batching, List<BatchItem<T, R>> items, Consumer<List<BatchItem<T, R>>> teller) {
        this.batching = batching;
        this.items = items;
        this.teller = teller;
    }

    BatchRun run() {
        try {
            attempt(items);
        } catch (Throwable e) {
            abandon(e);
        }
        long weight = 0;
        for (BatchItem<T, R> item : items) {
            weight += item.weight();
        }
        return new BatchRun(
                items.size(),
                weight,
                failed,
                Duration.ofNanos(begunAt - items.get(0).submittedAt()),
                Duration.ofNanos(System.nanoTime() - begunAt - tellingNanos),
                attempts);
    }

    /** What the user gave beside the function has failed: a predicate, or a list of outcomes. */
    private void abandon(Throwable cause) {
        ItemOutcome<R> unknown = ItemOutcome.failure(new BatchException(
                batching.name(),
                "the batch was not brought to its end; whether the item was done is not known",
                cause));
        for (BatchItem<T, R> item : items) {
            if (item.decide(unknown)) {
                failed++;
            }
        }
        tell(items);
    }

    private void tell(List<BatchItem<T, R>> part) {
        long from = System.nanoTime();
        teller.accept(part);
        tellingNanos += System.nanoTime() - from;
    }

    private void attempt(List<BatchItem<T, R>> part) {
        List<T> values = new ArrayList<>(part.size());
        for (BatchItem<T, R> item : part) {
            values.add(item.value());
        }
        attempts++;
        List<ItemOutcome<R>> outcomes;
        try {
            outcomes = MiscountException.requireOneForEach(
                    batching.name(), batching.function().apply(Collections.unmodifiableList(values)), part.size());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(part, e);
            return;
        } catch (MiscountException e) {
            fail(part, e);
            return;
        } catch (Exception e) {
            divide(part, e);
            return;
        } catch (Throwable e) {
            fail(part, e);
            return;
        }
        failuresInARow = 0;
        for (int i = 0; i < part.size(); i++) {
            decide(part.get(i), outcomes.get(i));
        }
        tell(part);
    }

    private void divide(List<BatchItem<T, R>> part, Exception cause) {
        failuresInARow++;
        if (part.size() == 1
                || Thread.currentThread().isInterrupted()
                || !batching.divides().test(cause)) {
            fail(part, cause);
            return;
        }
        int half = part.size() / 2;
        retry(part.subList(0, half), cause);
        retry(part.subList(half, part.size()), cause);
    }

    private void retry(List<BatchItem<T, R>> part, Exception cause) {
        if (failuresInARow >= MOST_FAILURES_IN_A_ROW) {
            fail(
                    part,
                    new BatchException(
                            batching.name(),
                            "not tried alone, for " + failuresInARow + " attempts in a row have failed",
                            cause));
            return;
        }
        long now = System.nanoTime();
        List<BatchItem<T, R>> inTime = new ArrayList<>(part.size());
        for (BatchItem<T, R> item : part) {
            if (item.isOverdue(now)) {
                BatchTimeoutException timeout = item.timeout(true);
                timeout.addSuppressed(cause);
                fail(List.of(item), timeout);
            } else {
                inTime.add(item);
            }
        }
        if (!inTime.isEmpty()) {
            attempt(inTime);
        }
    }

    private void decide(BatchItem<T, R> item, @Nullable ItemOutcome<R> outcome) {
        if (outcome instanceof ItemOutcome.Success<R>) {
            item.decide(outcome);
            return;
        }
        failed++;
        item.decide(
                outcome != null
                        ? outcome
                        : ItemOutcome.failure(new BatchException(
                                batching.name(),
                                "the function gave null for the item; whether it was done is not known",
                                null)));
    }

    private void fail(List<BatchItem<T, R>> part, Throwable cause) {
        ItemOutcome<R> outcome = ItemOutcome.failure(cause);
        failed += part.size();
        part.forEach(item -> item.decide(outcome));
        tell(part);
    }
}
