package io.micropatterns.core.trace;

import java.util.Map;
import java.util.function.BiConsumer;

/** {@link TracePropagation} without tracing. */
enum NoTracePropagation implements TracePropagation, TraceScope {
    INSTANCE;

    @Override
    public void inject(BiConsumer<String, String> header) {}

    @Override
    public TraceScope continueFrom(Map<String, String> headers, String spanName) {
        return this;
    }

    @Override
    public void error(Throwable error) {}

    @Override
    public void close() {}
}
