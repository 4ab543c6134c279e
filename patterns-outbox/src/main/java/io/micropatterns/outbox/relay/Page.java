package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.OutboxRecord;
import java.util.List;

/**
 * Events to publish together.
 *
 * @param rows in their order; perhaps none
 * @param next where the shard is once they have been published
 * @param caughtUp whether whatever had been committed when the feed was opened has been answered with this page
 */
record Page(List<OutboxRecord> rows, Position next, boolean caughtUp) {}
