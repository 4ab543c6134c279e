/** The outbox by Micrometer Observation: each published page as a timer and, where traced, a span. */
@NullMarked
package io.micropatterns.outbox.observation;

import org.jspecify.annotations.NullMarked;
