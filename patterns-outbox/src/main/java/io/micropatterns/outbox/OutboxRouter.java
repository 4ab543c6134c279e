package io.micropatterns.outbox;

import java.util.List;

/**
 * Decides where an event goes, in code. A bean of this type is asked first; an empty answer leaves the decision to
 * configuration and annotation. Called on the publishing thread; must be thread-safe and must not block.
 */
@FunctionalInterface
public interface OutboxRouter {

    /** The routes of an event, one record each; empty when this router does not know the event. */
    List<OutboxRoute> route(Object event);
}
