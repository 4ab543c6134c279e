/** What the documentation's snippets take for given: the reader's own types and the beans at hand. */
@NullUnmarked
package io.micropatterns.documentation.given;

import org.jspecify.annotations.NullUnmarked;
