/**
 * What the test servers share: where they come from and how that is configured.
 */
@NullMarked
package io.micropatterns.test;

import org.jspecify.annotations.NullMarked;
