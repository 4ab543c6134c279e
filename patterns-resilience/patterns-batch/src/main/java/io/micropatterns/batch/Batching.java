package io.micropatterns.batch;

import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all partitions of a coalescer share. */
record Batching<T, R extends @Nullable Object>(
        String name,
        BatchFunction<T, R> function,
        BatchOptions options,
        ToLongFunction<? super T> weigher,
        Predicate<? super Exception> divides,
        BatchListener listener) {

    private static final Logger log = LoggerFactory.getLogger(Coalescer.class);

    /** A listener that fails must not harm the items. */
    void tell(Consumer<BatchListener> what) {
        try {
            what.accept(listener);
        } catch (Throwable e) {
            log.warn("The listener of coalescer '{}' has failed", name, e);
        }
    }
}
