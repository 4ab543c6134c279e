/** Tests of batching. */
@NullMarked
package io.micropatterns.batch;

import org.jspecify.annotations.NullMarked;
