/** How an event looks outside of Java: its headers as text, and the whole of it as a message in the database's log. */
@NullMarked
package io.micropatterns.outbox.codec;

import org.jspecify.annotations.NullMarked;
