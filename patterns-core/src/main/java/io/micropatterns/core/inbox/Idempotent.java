package io.micropatterns.core.inbox;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a bean's method once per key: {@link Inbox#once} around the call. A repeated call returns what the first one
 * returned, without running the method. The method joins the inbox's transaction; it needs no {@code @Transactional}
 * of its own, and may have one.
 *
 * <p>The return value is recorded by the {@code PayloadSerializer}, generic types included.
 *
 * <p>What the annotation says is checked when the bean is made. A method that returns before its work is done, with a future
 * or a publisher, is refused, and so is one whose calls the bean's proxy cannot see: a private, static or final one. Calls by the
 * bean's own methods are not seen, and run each time.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Idempotent {

    /** A SpEL expression over the parameters that gives the key, as in {@code "#event.id"}; it must not be empty. */
    String key();

    /**
     * The consumer within which the key is unique. Default: the simple name of the bean's class and the method's name,
     * as in {@code "OrderProjection.on"}; name it, so that renaming code does not make old messages new.
     */
    String consumer() default "";

    /** Whether a duplicate waits for a first that is still at work; otherwise it is told so at once. */
    boolean waits() default true;
}
