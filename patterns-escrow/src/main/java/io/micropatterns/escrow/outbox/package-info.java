/** Publishes what happens to reservations through the outbox. */
@NullMarked
package io.micropatterns.escrow.outbox;

import org.jspecify.annotations.NullMarked;
