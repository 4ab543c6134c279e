/** The outbox on PostgreSQL: storing and following events, signals, retention and figures. */
@NullMarked
package io.micropatterns.outbox.jdbc;

import org.jspecify.annotations.NullMarked;
