package io.micropatterns.batch;

import java.util.List;
import java.util.function.Consumer;

/** Tells each of several listeners, also after one that fails; what the first throws is thrown at the end. */
record AllListeners(List<BatchListener> all) implements BatchListener {

    @Override
    public void ended(String coalescer, BatchRun batch) {
        tell(0, each -> each.ended(coalescer, batch));
    }

    @Override
    public void rejected(String coalescer) {
        tell(0, each -> each.rejected(coalescer));
    }

    @Override
    public void overdue(String coalescer) {
        tell(0, each -> each.overdue(coalescer));
    }

    private void tell(int from, Consumer<BatchListener> what) {
        for (int i = from; i < all.size(); i++) {
            try {
                what.accept(all.get(i));
            } catch (RuntimeException | Error e) {
                tellRest(i + 1, what, e);
                throw e;
            }
        }
    }

    private void tellRest(int from, Consumer<BatchListener> what, Throwable earlier) {
        try {
            tell(from, what);
        } catch (RuntimeException | Error e) {
            earlier.addSuppressed(e);
        }
    }
}
