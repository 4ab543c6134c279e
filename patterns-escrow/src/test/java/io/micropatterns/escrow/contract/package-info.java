/** Contract tests that every implementation of the escrow's SPI subclasses. */
@NullMarked
package io.micropatterns.escrow.contract;

import org.jspecify.annotations.NullMarked;
