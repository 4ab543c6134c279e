package io.micropatterns.escrow;

import io.micropatterns.core.method.AnnotatedMethod;
import io.micropatterns.core.method.AnnotatedMethodPointcut;
import io.micropatterns.core.method.InvalidAnnotationException;
import io.micropatterns.core.method.MethodExpression;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotationPredicates;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/** What is known of a method with {@link Reserve} before it is called. */
record ReserveMethod(
        AnnotatedMethod method,
        List<ReserveLine> lines,
        @Nullable MethodExpression requestId,
        @Nullable Duration timeToLive) {

    /** Those that there are. */
    static Pointcut pointcut() {
        return new AnnotatedMethodPointcut(
                Set.of(Reserve.class, Reserve.List.class), (method, type) -> find(method, type) != null);
    }

    /**
     * Reads the annotations.
     *
     * @return nothing for a method without
     * @throws InvalidAnnotationException when they cannot be used
     */
    static @Nullable ReserveMethod find(Method invoked, Class<?> targetClass) {
        Method specific = AopUtils.getMostSpecificMethod(invoked, targetClass);
        // Those of an interface count for a method only that has none itself.
        List<Reserve> annotations = MergedAnnotations.from(specific, SearchStrategy.TYPE_HIERARCHY).stream(
                        Reserve.class)
                .filter(MergedAnnotationPredicates.firstRunOf(MergedAnnotation::getAggregateIndex))
                .map(MergedAnnotation::synthesize)
                .toList();
        return annotations.isEmpty()
                ? null
                : of(new AnnotatedMethod(Reserve.class, specific, targetClass, EscrowException::new), annotations);
    }

    private static ReserveMethod of(AnnotatedMethod method, List<Reserve> annotations) {
        method.requireProxied();
        method.requireDoneOnReturn("there is nothing yet to confirm");
        String requestId = common(method, "requestId", annotations, Reserve::requestId);
        String timeToLive = common(method, "timeToLive", annotations, Reserve::timeToLive);
        return new ReserveMethod(
                method,
                annotations.stream()
                        .map(annotation -> ReserveLine.of(method, annotation))
                        .toList(),
                requestId == null ? null : method.expression("requestId", requestId),
                timeToLive == null ? null : duration(method, timeToLive));
    }

    private static @Nullable String common(
            AnnotatedMethod method, String attribute, List<Reserve> annotations, Function<Reserve, String> value) {
        List<String> given = annotations.stream()
                .map(value)
                .filter(text -> !text.isEmpty())
                .distinct()
                .toList();
        if (given.size() > 1) {
            throw method.refusal(
                    "one reservation cannot have several of " + attribute + ": " + given,
                    "Set " + attribute + " on one of the annotations, or on all the same.");
        }
        return given.isEmpty() ? null : given.get(0);
    }

    private static Duration duration(AnnotatedMethod method, String text) {
        Duration duration;
        try {
            duration = DurationFormatterUtils.detectAndParse(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw method.refusal(
                    "the timeToLive is no duration: " + text, "Write one as in 30s, 5m or PT5M; the text is no SpEL.");
        }
        try {
            return EscrowLimits.checkTimeToLive(duration);
        } catch (IllegalArgumentException e) {
            throw method.refusal("the " + e.getMessage(), "Set another timeToLive, or none for the options' own.");
        }
    }

    /**
     * What a call asks for.
     *
     * @throws EscrowException when an expression cannot be evaluated, or gives something else
     * @throws IllegalArgumentException when there is nothing to be reserved, or a quantity is less than 1
     */
    ReservationRequest request(Object target, @Nullable Object[] arguments) {
        SortedMap<String, Long> all = new TreeMap<>();
        for (ReserveLine line : lines) {
            line.quantities(target, arguments)
                    .forEach((resource, quantity) -> all.merge(resource, quantity, Math::addExact));
        }
        return new ReservationRequest(all, timeToLive, requestId == null ? null : requestId.text(target, arguments));
    }
}
