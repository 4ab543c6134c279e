/**
 * The transactional outbox: events stored in the caller's own transaction and relayed to a stream, exactly once and in
 * the order of each key.
 */
@NullMarked
package io.micropatterns.outbox;

import org.jspecify.annotations.NullMarked;
