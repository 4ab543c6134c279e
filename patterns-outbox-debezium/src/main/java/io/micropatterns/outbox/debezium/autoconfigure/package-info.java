/** Spring Boot auto-configuration of the Debezium change source, and its properties. */
@NullMarked
package io.micropatterns.outbox.debezium.autoconfigure;

import org.jspecify.annotations.NullMarked;
