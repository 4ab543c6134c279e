/** The read side: a table of order summaries, built from the topic by an idempotent consumer. */
@NullMarked
package io.micropatterns.example.quickstart.summary;

import org.jspecify.annotations.NullMarked;
