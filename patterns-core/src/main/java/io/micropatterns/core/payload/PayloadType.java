package io.micropatterns.core.payload;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a payload class the logical name by which it travels and is stored, so that the class can be renamed or moved.
 * A name registered with {@link PayloadTypes.Builder} wins over the annotation. Not inherited by subclasses.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface PayloadType {

    /** The logical name, as in {@code "order-placed"}, or {@code "order-placed.v2"} for a later version of it. */
    String value();

    /** Other names under which the class is read, once registered; never written. */
    String[] aliases() default {};
}
