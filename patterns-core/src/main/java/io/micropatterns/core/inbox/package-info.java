/**
 * Exactly-once effects: a key is recorded in the same transaction as the effect that it stands for.
 */
@NullMarked
package io.micropatterns.core.inbox;

import org.jspecify.annotations.NullMarked;
