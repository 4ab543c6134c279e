/**
 * Child processes for fault tests: kill, pause and resume them, and make sure that none is left behind.
 */
@NullMarked
package io.micropatterns.test.process;

import org.jspecify.annotations.NullMarked;
