/** Keeps the documentation's code from lying: it is compiled, and what matters is run. */
@NullMarked
package io.micropatterns.outbox.documentation;

import org.jspecify.annotations.NullMarked;
