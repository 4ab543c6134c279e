/** Small JDBC helpers that several subjects of the core and the patterns share. */
@NullMarked
package io.micropatterns.core.jdbc;

import org.jspecify.annotations.NullMarked;
