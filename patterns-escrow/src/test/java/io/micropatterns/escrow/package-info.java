/** Tests of the escrow. */
@NullUnmarked
package io.micropatterns.escrow;

import org.jspecify.annotations.NullUnmarked;
