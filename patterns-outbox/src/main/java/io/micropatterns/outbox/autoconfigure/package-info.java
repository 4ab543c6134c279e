/** Spring Boot auto-configuration of the outbox, its properties, metrics, health and endpoint. */
@NullMarked
package io.micropatterns.outbox.autoconfigure;

import org.jspecify.annotations.NullMarked;
