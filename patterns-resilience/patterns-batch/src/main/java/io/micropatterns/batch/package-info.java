/**
 * Batch: concurrent calls become batches. {@link io.micropatterns.batch.Coalescer} is the face,
 * {@link io.micropatterns.batch.Batched} puts it around a method.
 */
@NullMarked
package io.micropatterns.batch;

import org.jspecify.annotations.NullMarked;
