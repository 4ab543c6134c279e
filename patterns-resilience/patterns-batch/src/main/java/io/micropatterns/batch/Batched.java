package io.micropatterns.batch;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes concurrent calls of a method that takes a list into few calls of longer lists. The method has one parameter, a
 * {@code List}, and returns a {@code List} with a result for each item in the same order, or nothing.
 *
 * <p>Each call travels whole: its items are neighbours in one batch, and succeed or fail with each other as they would have
 * without the annotation. A batch that fails is tried again by halves, down to single calls, so the method should do its work
 * for all items or for none; {@code @Transactional} on the same method makes it so, with one transaction for each batch. What
 * a single call throws, its caller gets.
 *
 * <p>The method runs on threads of its own, one batch at a time unless the properties say otherwise; there is nothing there
 * of a caller's thread-bound context. How it gathers is said by the properties {@code patterns.batch.defaults.*} and
 * {@code patterns.batch.methods.<name>.*}. Callers wait as {@link Coalescer#call(Object)} does, with its exceptions. As with
 * other annotations of this kind, the calls must come through the bean's proxy, so a private, static or final method is refused when the bean is made; and the bean must
 * be a singleton.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Batched {

    /** Tells it from others in properties and meters; the class's simple name, a dot, and the method's name unless set. */
    String value() default "";

    /** What to do for a caller that is in a transaction. */
    InTransaction inTransaction() default InTransaction.JOIN;

    /** What to do for a caller that is in a transaction. */
    enum InTransaction {
        /** Calls the method at once, on the caller's thread and in its transaction. */
        JOIN,
        /**
         * Batches the call all the same: what it does is not undone when the caller's transaction rolls back, does not see
         * what that has done so far, and must not need a lock that it holds.
         */
        BATCH
    }
}
