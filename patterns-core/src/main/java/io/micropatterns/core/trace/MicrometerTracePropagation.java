package io.micropatterns.core.trace;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * {@link TracePropagation} by Micrometer Tracing, in the format of its propagator. Thread-safe. A class of its own, not a
 * factory of the interface, because Micrometer Tracing is optional.
 */
public final class MicrometerTracePropagation implements TracePropagation {

    private static final Propagator.Setter<BiConsumer<String, String>> SETTER =
            (carrier, key, value) -> Objects.requireNonNull(carrier).accept(key, value);

    private static final Propagator.Getter<Map<String, String>> GETTER = (carrier, key) -> carrier.get(key);

    private final Tracer tracer;
    private final Propagator propagator;

    /** On this tracer and propagator. */
    public MicrometerTracePropagation(Tracer tracer, Propagator propagator) {
        this.tracer = Objects.requireNonNull(tracer, "tracer");
        this.propagator = Objects.requireNonNull(propagator, "propagator");
    }

    @Override
    public void inject(BiConsumer<String, String> header) {
        TraceContext context = tracer.currentTraceContext().context();
        if (context != null) {
            propagator.inject(context, header, SETTER);
        }
    }

    @Override
    public TraceScope continueFrom(Map<String, String> headers, String spanName) {
        Span span = propagator.extract(headers, GETTER).name(spanName).start();
        Tracer.SpanInScope scope = tracer.withSpan(span);
        return new TraceScope() {
            @Override
            public void error(Throwable error) {
                span.error(error);
            }

            @Override
            public void close() {
                scope.close();
                span.end();
            }
        };
    }
}
