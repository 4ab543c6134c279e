/** Keeps the documentation's code from lying: it is compiled. */
@NullUnmarked
package io.micropatterns.documentation;

import org.jspecify.annotations.NullUnmarked;
