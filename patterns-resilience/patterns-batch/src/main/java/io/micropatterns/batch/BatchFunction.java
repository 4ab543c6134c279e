package io.micropatterns.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is done with a batch. Called by one thread at a time in each partition, and never by a caller's own thread, so that
 * no transaction, lock or other context of one caller is around the work of all.
 *
 * @param <T> what is given
 * @param <R> what comes of it
 */
@FunctionalInterface
public interface BatchFunction<T, R extends @Nullable Object> {

    /**
     * Does the work for all items or, when it throws, for none: the items of a batch that has failed are tried again in
     * smaller ones. So a function with effects is best one transaction.
     *
     * @param items at least one, in the order in which they were submitted; not to be modified
     * @return the outcome of each, in the same order
     * @throws Exception when nothing has been done
     */
    List<ItemOutcome<R>> apply(List<T> items) throws Exception;

    /** A function that gives a result for each item, in the same order, and fails for all of them or for none. */
    static <T, R extends @Nullable Object> BatchFunction<T, R> of(Simple<T, R> function) {
        Objects.requireNonNull(function, "function");
        return items -> {
            List<ItemOutcome<R>> outcomes = new ArrayList<>(items.size());
            for (R result : function.apply(items)) {
                outcomes.add(ItemOutcome.success(result));
            }
            return outcomes;
        };
    }

    /**
     * Gives a result for each item.
     *
     * @param <T> what is given
     * @param <R> what comes of it
     */
    @FunctionalInterface
    interface Simple<T, R extends @Nullable Object> {

        /**
         * Does the work for all items or, when it throws, for none.
         *
         * @param items at least one, in the order in which they were submitted; not to be modified
         * @return the result of each, in the same order
         * @throws Exception when nothing has been done
         */
        List<R> apply(List<T> items) throws Exception;
    }
}
