/**
 * Apache Kafka for tests and examples: a configured cluster, a container, or brokers inside this JVM that can be stopped and restarted.
 */
@NullMarked
package io.micropatterns.test.kafka;

import org.jspecify.annotations.NullMarked;
