/** Tests of the escrow on PostgreSQL. */
@NullMarked
package io.micropatterns.escrow.jdbc;

import org.jspecify.annotations.NullMarked;
