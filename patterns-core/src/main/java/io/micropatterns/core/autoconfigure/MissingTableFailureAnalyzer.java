package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.schema.MissingTableException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells which script creates the tables that are missing, and which property lets the application run it. */
final class MissingTableFailureAnalyzer extends AbstractFailureAnalyzer<MissingTableException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MissingTableException cause) {
        Throwable reason = cause.getCause();
        return new FailureAnalysis(
                "The tables " + String.join(", ", cause.tables()) + " that the pattern '" + cause.pattern()
                        + "' needs do not exist" + because(reason) + ".",
                "Set " + cause.property() + "=always and let the application's role create tables, or run the script "
                        + cause.script()
                        + " (it is in the jar, and idempotent) by hand, with Flyway or with Liquibase.",
                cause);
    }

    private static String because(@Nullable Throwable reason) {
        if (reason == null) {
            return "";
        }
        Throwable root = reason;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return ", and could not be created: " + root.getMessage();
    }
}
