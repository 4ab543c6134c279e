package io.micropatterns.batch;

/** The coalescer is closed, and the item will not be done. */
public final class BatchClosedException extends BatchException {

    private static final long serialVersionUID = 1L;

    BatchClosedException(String coalescer) {
        super(coalescer, "it is closed; the item will not be done", null);
    }
}
