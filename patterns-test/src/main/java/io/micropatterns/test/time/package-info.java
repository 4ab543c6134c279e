/**
 * A clock that tests move by hand.
 */
@NullMarked
package io.micropatterns.test.time;

import org.jspecify.annotations.NullMarked;
