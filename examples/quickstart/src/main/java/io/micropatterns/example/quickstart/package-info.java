/** A small storefront whose orders travel through the outbox to Kafka and into a read model. */
@NullMarked
package io.micropatterns.example.quickstart;

import org.jspecify.annotations.NullMarked;
