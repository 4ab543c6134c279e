/** Escrow on PostgreSQL: one statement for many requests, with locks in one order. */
@NullMarked
package io.micropatterns.escrow.jdbc;

import org.jspecify.annotations.NullMarked;
