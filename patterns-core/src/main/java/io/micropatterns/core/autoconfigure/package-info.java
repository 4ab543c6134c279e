/**
 * Auto-configuration of what every pattern shares; the only room of this module that knows Spring Boot.
 */
@NullMarked
package io.micropatterns.core.autoconfigure;

import org.jspecify.annotations.NullMarked;
