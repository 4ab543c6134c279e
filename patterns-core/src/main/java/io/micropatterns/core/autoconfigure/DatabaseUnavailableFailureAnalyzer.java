package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.schema.DatabaseUnavailableException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells why the database refuses or does not answer, and what to look at. */
final class DatabaseUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<DatabaseUnavailableException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DatabaseUnavailableException cause) {
        return new FailureAnalysis(
                cause.getMessage() + ": " + cause.getMostSpecificCause().getMessage(),
                "Check spring.datasource.url, spring.datasource.username and spring.datasource.password, and that the"
                        + " database is up and can be reached from here.",
                cause);
    }
}
