package io.micropatterns.core.trace;

/** A span that is current on a thread. Close it on that thread; closing ends the span. Not thread-safe. */
public interface TraceScope extends AutoCloseable {

    /** Notes what the span failed with. */
    void error(Throwable error);

    /** Ends the span and makes the former one current again. */
    @Override
    void close();
}
