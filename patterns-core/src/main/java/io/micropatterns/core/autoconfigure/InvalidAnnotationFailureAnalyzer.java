package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.method.InvalidAnnotationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports an {@link InvalidAnnotationException} as Boot reports its own failures. */
final class InvalidAnnotationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidAnnotationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidAnnotationException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()) + ".", cause.action(), cause);
    }
}
