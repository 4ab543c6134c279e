package io.micropatterns.core.trace;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Carries the trace of whoever stores something to whoever handles it later, in headers ({@code traceparent},
 * {@code tracestate}, {@code baggage} with W3C propagation, which is the default of Spring Boot). Does no I/O and is
 * cheap where nothing is traced. Thread-safe. {@link MicrometerTracePropagation} is the real one.
 */
public interface TracePropagation {

    /** Writes the current context as headers; calls nobody when there is none. */
    void inject(BiConsumer<String, String> header);

    /** The current context as headers; empty when there is none. */
    default Map<String, String> capture() {
        Map<String, String> headers = new LinkedHashMap<>(4);
        inject(headers::put);
        return headers.isEmpty() ? Map.of() : headers;
    }

    /**
     * Continues the trace in these headers: starts a span as a child of theirs, or a trace of its own when they carry
     * none, and makes it current on this thread until the scope is closed, on the same thread.
     */
    TraceScope continueFrom(Map<String, String> headers, String spanName);

    /** Propagation of nothing, where tracing is absent. */
    static TracePropagation none() {
        return NoTracePropagation.INSTANCE;
    }
}
