package io.micropatterns.core.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Reports a {@link PatternConfigurationException} as Boot reports its own failures; before Boot's analyzer of properties
 * that cannot be bound, which would wrap it up.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class PatternConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<PatternConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, PatternConfigurationException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }
}
