package io.micropatterns.core.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports a {@link PatternConfigurationException} as Boot reports its own failures. */
final class PatternConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<PatternConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, PatternConfigurationException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }
}
