/** Annotations on beans' methods: what those of the library have in common. */
@NullMarked
package io.micropatterns.core.method;

import org.jspecify.annotations.NullMarked;
