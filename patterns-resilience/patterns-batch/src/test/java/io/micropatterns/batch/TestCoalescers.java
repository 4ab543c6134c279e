package io.micropatterns.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The coalescers of one test, to be closed after it. */
final class TestCoalescers implements AutoCloseable {

    private final List<Coalescer<?, ?>> open = new ArrayList<>();

    Coalescer<Integer, Integer> of(
            BatchFunction.Simple<Integer, Integer> function, UnaryOperator<BatchOptions> options) {
        return keep(Coalescer.builder("test", BatchFunction.of(function))
                .options(options.apply(BatchOptions.defaults()))
                .build());
    }

    <T, R> Coalescer<T, R> keep(Coalescer<T, R> coalescer) {
        open.add(coalescer);
        return coalescer;
    }

    @Override
    public void close() {
        open.forEach(Coalescer::close);
    }
}
