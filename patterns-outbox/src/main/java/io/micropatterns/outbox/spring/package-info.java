/** The outbox and Spring's application events: events stored on their way, and delivered in-process. */
@NullMarked
package io.micropatterns.outbox.spring;

import org.jspecify.annotations.NullMarked;
