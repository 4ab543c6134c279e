/** What there is of each item: kept by the escrow, and shown from there. */
@NullMarked
package io.micropatterns.example.quickstart.stock;

import org.jspecify.annotations.NullMarked;
