/**
 * Payloads that travel by a stable logical name: types, serialisation, and upcasters that work on the tree.
 */
@NullMarked
package io.micropatterns.core.payload;

import org.jspecify.annotations.NullMarked;
