/** The subjects that need no versions of their own: the limit, the bare business row, and this library. */
@NullMarked
package io.micropatterns.benchmarks.subjects;

import org.jspecify.annotations.NullMarked;
