package io.micropatterns.core.deadletter;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** A throwable as the table keeps it: bounded, and free of what PostgreSQL's text cannot hold. */
record Cause(String type, String message, String stackTrace) {

    private static final Cause NONE = new Cause("", "", "");

    static Cause of(@Nullable Throwable cause) {
        if (cause == null) {
            return NONE;
        }
        StringWriter stack = new StringWriter();
        cause.printStackTrace(new PrintWriter(stack, true));
        String message = cause.getMessage();
        return new Cause(
                cause.getClass().getName(),
                bounded(message == null ? "" : message, NewDeadLetter.MAX_CAUSE_MESSAGE),
                bounded(stack.toString(), NewDeadLetter.MAX_STACK_TRACE));
    }

    private static String bounded(String text, int length) {
        String storable = text.replace('\0', '\uFFFD');
        if (storable.length() <= length) {
            return storable;
        }
        // Half a surrogate pair cannot be encoded, and the whole letter would be refused for it.
        int end = Character.isHighSurrogate(storable.charAt(length - 1)) ? length - 1 : length;
        return storable.substring(0, end);
    }
}
