package io.micropatterns.batch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A method with {@link Batched} of one bean, and the coalescer of its calls. */
record BatchedCoalescer(BatchedMethod method, DefaultCoalescer<List<?>, @Nullable List<?>> calls) {}
