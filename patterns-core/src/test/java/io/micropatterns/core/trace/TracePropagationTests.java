package io.micropatterns.core.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracePropagationTests {

    private final List<SpanData> finished = new ArrayList<>();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(new SpanProcessor() {
                @Override
                public void onStart(Context parent, ReadWriteSpan span) {}

                @Override
                public boolean isStartRequired() {
                    return false;
                }

                @Override
                public void onEnd(ReadableSpan span) {
                    finished.add(span.toSpanData());
                }

                @Override
                public boolean isEndRequired() {
                    return true;
                }
            })
            .build();
    private final Tracer tracer = new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), event -> {});
    private final TracePropagation propagation = new MicrometerTracePropagation(
            tracer,
            new OtelPropagator(
                    ContextPropagators.create(W3CTraceContextPropagator.getInstance()), provider.get("test")));

    @AfterEach
    void stop() {
        provider.close();
    }

    @Test
    void capturesNothingWhereNothingIsTraced() {
        assertThat(propagation.capture()).isEmpty();
    }

    @Test
    void whatIsHandledLaterContinuesTheTraceInW3cHeaders() {
        Span producer = tracer.nextSpan().name("producer").start();
        Map<String, String> headers;
        try (Tracer.SpanInScope scope = tracer.withSpan(producer)) {
            headers = propagation.capture();
        }
        String traceId = producer.context().traceId();
        assertThat(headers.get("traceparent"))
                .matches("00-" + traceId + "-" + producer.context().spanId() + "-0[0-9]");

        try (TraceScope scope = propagation.continueFrom(headers, "consumer")) {
            Span consumer = tracer.currentSpan();
            assertThat(consumer).isNotNull();
            assertThat(consumer.context().traceId()).endsWith(traceId);
            assertThat(consumer.context().parentId())
                    .isEqualTo(producer.context().spanId());
            scope.error(new IllegalStateException("broken"));
        }
        assertThat(tracer.currentSpan()).isNull();
        assertThat(finished).singleElement().satisfies(span -> {
            assertThat(span.getName()).isEqualTo("consumer");
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        });
    }

    @Test
    void headersWithoutATraceOrWithABrokenOneBeginAnother() {
        for (Map<String, String> headers : List.of(Map.<String, String>of(), Map.of("traceparent", "garbage"))) {
            try (TraceScope scope = propagation.continueFrom(headers, "consumer")) {
                assertThat(tracer.currentSpan()).isNotNull();
            }
        }
        assertThat(finished).hasSize(2);
    }

    @Test
    void withoutTracingNothingHappens() {
        TracePropagation none = TracePropagation.none();
        assertThat(none.capture()).isEmpty();
        try (TraceScope scope = none.continueFrom(Map.of("traceparent", "x"), "consumer")) {
            scope.error(new IllegalStateException());
            assertThat(tracer.currentSpan()).isNull();
        }
    }
}
