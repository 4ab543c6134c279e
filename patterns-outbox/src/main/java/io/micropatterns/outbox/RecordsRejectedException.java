package io.micropatterns.outbox;

import java.util.Map;

/** Some records can never be published as they are: too large, an unknown topic, no permission. */
public final class RecordsRejectedException extends PublicationException {

    private static final long serialVersionUID = 1L;

    private final transient Map<Long, Throwable> causes;

    private final boolean othersPublished;

    /**
     * With the cause of each rejected record, by position.
     *
     * @param othersPublished whether the page's other records have been published all the same
     */
    public RecordsRejectedException(Map<Long, ? extends Throwable> causes, boolean othersPublished) {
        super(
                "the stream rejected " + causes.size() + " record(s): " + causes,
                causes.values().iterator().next());
        this.causes = Map.copyOf(causes);
        this.othersPublished = othersPublished;
    }

    /** The cause of each rejected record, by position. */
    public Map<Long, Throwable> causes() {
        return causes;
    }

    /** Whether the page's other records have been published all the same; otherwise they must be published again. */
    public boolean othersPublished() {
        return othersPublished;
    }
}
