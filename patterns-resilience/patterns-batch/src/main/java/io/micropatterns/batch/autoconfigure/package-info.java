/** Spring Boot's auto-configuration of {@link io.micropatterns.batch.Batched}, its properties and meters. */
@NullMarked
package io.micropatterns.batch.autoconfigure;

import org.jspecify.annotations.NullMarked;
