package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.schema.UnsupportedDatabaseException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells which database is needed, and how to start without the patterns that need it. */
final class UnsupportedDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedDatabaseException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedDatabaseException cause) {
        return new FailureAnalysis(
                cause.getMessage() + ".",
                "Configure such a database (spring.datasource.url), or switch the patterns off:"
                        + " patterns.core.enabled=false, and patterns.<pattern>.enabled=false for each that is on the"
                        + " class path, as in patterns.outbox.enabled=false or patterns.escrow.enabled=false.",
                cause);
    }
}
