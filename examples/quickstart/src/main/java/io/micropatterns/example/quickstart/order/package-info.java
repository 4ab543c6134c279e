/** The write side: an order, the hold on its items and its event are stored in one transaction. */
@NullMarked
package io.micropatterns.example.quickstart.order;

import org.jspecify.annotations.NullMarked;
