package io.micropatterns.batch;

/** The caller was interrupted before the item was begun; it will not be done. The caller's interrupt flag is set. */
public final class BatchInterruptedException extends BatchException {

    private static final long serialVersionUID = 1L;

    BatchInterruptedException(String coalescer) {
        super(coalescer, "interrupted before the item was begun; it will not be done", null);
    }
}
