/**
 * PostgreSQL for tests and examples: a configured server, a container, or an embedded one that can be crashed and paused.
 */
@NullMarked
package io.micropatterns.test.postgres;

import org.jspecify.annotations.NullMarked;
