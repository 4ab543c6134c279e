/**
 * JUnit annotations that give a test class PostgreSQL and Kafka, with and without Spring Boot.
 */
@NullMarked
package io.micropatterns.test.junit;

import org.jspecify.annotations.NullMarked;
