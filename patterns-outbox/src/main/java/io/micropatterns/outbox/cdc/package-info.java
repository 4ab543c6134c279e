/**
 * The outbox as its database's log shows it: what a change data capture adapter implements ({@link
 * io.micropatterns.outbox.cdc.ChangeSource}), and what it and the relay say to each other.
 */
@NullMarked
package io.micropatterns.outbox.cdc;

import org.jspecify.annotations.NullMarked;
