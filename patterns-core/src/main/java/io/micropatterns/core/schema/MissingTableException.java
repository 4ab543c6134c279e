package io.micropatterns.core.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables that a pattern needs do not exist, and either it may not create them or it failed to. */
public final class MissingTableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String pattern;
    private final List<String> tables;
    private final String script;
    private final String property;

    /** For these tables of this schema; the cause tells why they could not be created, if that was tried. */
    public MissingTableException(PatternSchema schema, List<String> tables, @Nullable Throwable cause) {
        super(
                "Pattern '" + schema.pattern() + "' needs the tables " + tables
                        + (cause == null ? ", which do not exist." : ", which could not be created.")
                        + " They are created by the script " + schema.script() + ".",
                cause);
        this.pattern = schema.pattern();
        this.tables = List.copyOf(tables);
        this.script = schema.script();
        this.property = schema.property();
    }

    /** The pattern's name. */
    public String pattern() {
        return pattern;
    }

    /** The missing tables. */
    public List<String> tables() {
        return tables;
    }

    /** The location of the script that creates them. */
    public String script() {
        return script;
    }

    /** The property that lets the pattern create them. */
    public String property() {
        return property;
    }
}
