/**
 * W3C trace context carried in headers through everything that is stored and handled later.
 */
@NullMarked
package io.micropatterns.core.trace;

import org.jspecify.annotations.NullMarked;
