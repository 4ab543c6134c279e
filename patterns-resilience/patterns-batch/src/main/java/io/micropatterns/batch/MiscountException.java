package io.micropatterns.batch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** There is not one result for each item, so nobody knows which were done; none must be tried again. */
final class MiscountException extends BatchException {

    private static final long serialVersionUID = 1L;

    private MiscountException(String coalescer, @Nullable List<?> results, int items) {
        super(
                coalescer,
                "there were " + (results == null ? "no" : results.size()) + " results for " + items
                        + " items; whether they were done is not known",
                null);
    }

    /** Answers the results, when there is one for each item. */
    static <R extends @Nullable Object> List<R> requireOneForEach(
            String coalescer, @Nullable List<R> results, int items) {
        if (results == null || results.size() != items) {
            throw new MiscountException(coalescer, results, items);
        }
        return results;
    }
}
