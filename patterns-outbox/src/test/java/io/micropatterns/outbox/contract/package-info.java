/** Contract tests that every implementation of an SPI of the outbox subclasses. */
@NullMarked
package io.micropatterns.outbox.contract;

import org.jspecify.annotations.NullMarked;
