/**
 * The tables a pattern needs, created from an idempotent script when they are missing, or reported by name.
 */
@NullMarked
package io.micropatterns.core.schema;

import org.jspecify.annotations.NullMarked;
