/** The outbox's changes read from a PostgreSQL replication slot by PgJDBC alone. */
@NullMarked
package io.micropatterns.outbox.wal;

import org.jspecify.annotations.NullMarked;
