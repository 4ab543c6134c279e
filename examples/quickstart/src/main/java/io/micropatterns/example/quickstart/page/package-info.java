/** What the page at {@code /} shows and does. A service of your own needs none of it. */
@NullMarked
package io.micropatterns.example.quickstart.page;

import org.jspecify.annotations.NullMarked;
