/** Reads the outbox's changes from PostgreSQL's log with Debezium's embedded engine, inside the application. */
@NullMarked
package io.micropatterns.outbox.debezium;

import org.jspecify.annotations.NullMarked;
