/**
 * Follows an append-only table by transaction snapshots: nothing is skipped, nobody is waited for, and nothing is
 * written to the followed table.
 */
@NullMarked
package io.micropatterns.core.cursor;

import org.jspecify.annotations.NullMarked;
