/**
 * Runs the subjects in turns, each in a JVM of its own, against one durable database and one broker, or by JMH without them,
 * and reports.
 */
@NullMarked
package io.micropatterns.benchmarks;

import org.jspecify.annotations.NullMarked;
