/**
 * One table and one API for what failed, whichever pattern it failed in: what, where, why, how often, and what an
 * operator can do about it.
 */
@NullMarked
package io.micropatterns.core.deadletter;

import org.jspecify.annotations.NullMarked;
