/**
 * Starts PostgreSQL and Kafka together with a Spring Boot application, for examples that run with one command.
 */
@NullMarked
package io.micropatterns.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
