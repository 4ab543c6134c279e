/**
 * Network faults for tests: connections that are cut, delayed, or silent.
 */
@NullMarked
package io.micropatterns.test.network;

import org.jspecify.annotations.NullMarked;
