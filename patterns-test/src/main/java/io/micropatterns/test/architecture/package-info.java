/**
 * The rules of the house as tests: which package may import which, what no class may do, and that every configuration
 * property is described. Every module runs them on itself.
 */
@NullMarked
package io.micropatterns.test.architecture;

import org.jspecify.annotations.NullMarked;
