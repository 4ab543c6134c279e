/**
 * What runs inside a subject's own JVM: the workload, the scenarios and the check that no event was lost. Compiled into
 * each peer beside the peer's own versions, and so limited to the JDK, Spring's JDBC support, HikariCP and the Kafka
 * client.
 */
@NullMarked
package io.micropatterns.benchmarks.kit;

import org.jspecify.annotations.NullMarked;
