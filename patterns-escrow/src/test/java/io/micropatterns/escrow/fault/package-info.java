/** Processes that are killed and paused, and a database that is stopped, while they reserve. */
@NullUnmarked
package io.micropatterns.escrow.fault;

import org.jspecify.annotations.NullUnmarked;
