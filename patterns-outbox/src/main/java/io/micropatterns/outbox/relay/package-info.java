/** The polling relay: shards shared between the instances, read page by page and published in order. */
@NullMarked
package io.micropatterns.outbox.relay;

import org.jspecify.annotations.NullMarked;
