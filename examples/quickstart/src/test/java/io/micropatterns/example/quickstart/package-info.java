@NullMarked
package io.micropatterns.example.quickstart;

import org.jspecify.annotations.NullMarked;
