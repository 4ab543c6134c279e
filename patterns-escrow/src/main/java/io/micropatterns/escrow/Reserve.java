package io.micropatterns.escrow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Holds resources while a bean's method runs: they are reserved before, confirmed when it has returned, and released when it has
 * thrown anything. Where there is too little, the method is not called, and the caller gets the {@link Escrow}'s exception.
 * Several of these on a method are one reservation, of all of it or nothing.
 *
 * <p><b>Transactions.</b> Outside of one, the reservation is committed before the method runs, with those of others; it locks
 * nothing meanwhile, and holds no connection. When the method is {@code @Transactional} itself, the confirmation is the last that is done before
 * its commit: what the method has written and what it has consumed are there together, or neither. When it is not, the
 * confirmation is made on its own after the method has returned; should that fail, the caller gets its exception, and the reservation
 * stays held until its time is over. In a caller's transaction all of it is joined, and is so if and only if that commits; in one of
 * another shard than the resources', it is reserved on its own, confirmed just before that commits, and released when it rolls back.
 *
 * <p><b>Released</b> is what the method did not confirm: it threw, its transaction rolled back (also without an exception) or failed
 * to commit, or committed although the method threw. The same holds where other advice, such as a cache's or a fallback, has
 * answered for the method. A release that fails is suppressed in the method's exception; the time will be over.
 *
 * <p><b>Late</b> is a method that took longer than the reservation's time: {@link ReservationExpiredException} by the confirmation,
 * which rolls the method's own transaction back.
 *
 * <p><b>A request id</b> is for one call that succeeds. A repeated call gets the reservation of the first: while that is held, it
 * runs with it, at the same time as the first if that has not ended. One of those who share it confirms it; the others get a
 * {@link ReservationException} by their own confirmation, which rolls the method's own transaction back. So a method with a request id must
 * not confirm its reservation itself. When it was confirmed before, the method is not called, but
 * {@link ReservationException} thrown. When it was released, has expired or is late, the repeated call is a new attempt with a
 * reservation of its own, which has the request id from then on, and the one before has none. A call that was not
 * let through to the method does not release what it shares with another. Where repetitions are to get the first one's answer, use
 * {@code @Idempotent} on the method too, with the same key: it runs inside, and commits key, answer and consumption together. With an
 * implementation of {@link Escrow} that is not this library's, even one that wraps it, {@link Escrow#reserve(ReservationRequest)}
 * and {@link Escrow#confirm(java.util.UUID)} are all that is used: a call that failed is not tried again, and two that share a reservation both succeed.
 *
 * <p>What the annotation says is checked when the bean is made. A method that returns before its work is done, with a future or a
 * publisher, is refused, and so is a private, static or final one. As with other annotations of this kind, the calls must come through
 * the bean's proxy: those of the bean's own methods are not seen. {@link CurrentReservation} tells the method what it holds.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Reserve.List.class)
public @interface Reserve {

    /** A SpEL expression over the parameters that gives the resource, as in {@code "#order.sku"}, or {@code "'bed'"} for a fixed one. */
    String resource() default "";

    /** A SpEL expression over the parameters that gives how much of it: a whole number, 1 at least. */
    String quantity() default "1";

    /** Instead of the two: a SpEL expression that gives a map of resources and how much of each. */
    String quantities() default "";

    /** A SpEL expression that tells repetitions of a call; none for none. On one of several annotations, or on all the same. */
    String requestId() default "";

    /**
     * How long the method may take, up to 3650 days, as in {@code "30s"}, {@code "5m"} or {@code "PT5M"}; the options' time unless set. On one of several
     * annotations, or on all the same.
     */
    String timeToLive() default "";

    /** Several on one method. */
    @Documented
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface List {

        /** One for each. */
        Reserve[] value();
    }
}
