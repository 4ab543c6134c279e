package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.micropatterns.core.method.InvalidAnnotationException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.Mockito;
import org.mockito.stubbing.Answer;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;

/** What the annotations may say, and where their advice may stand; without a database. */
class ReserveMethodTests {

    private final CurrentReservation current = new CurrentReservation();
    private final Escrow escrow = Mockito.mock();
    private final ReserveAdvisor reserving = new ReserveAdvisor(() -> escrow, current);
    private final ConfirmAdvisor confirming = new ConfirmAdvisor(current);

    @Test
    void sumsWhatTheAnnotationsAskFor() {
        assertThat(request("several", new Order("bed", 2), Map.of("mattress", 3L, "bed", 1)))
                .isEqualTo(ReservationRequest.of("bed", 3)
                        .and("lamp", 1)
                        .and("mattress", 3)
                        .heldFor(Duration.ofMinutes(5))
                        .withId("order-bed"));
    }

    @Test
    void theAnnotationsOfAnInterfaceCountForMethodsWithout() {
        assertThat(request("inherited", new Order("bed", 2), Map.of())).isEqualTo(ReservationRequest.of("chair", 1));
        assertThat(request("overridden", new Order("bed", 2), Map.of())).isEqualTo(ReservationRequest.of("bed", 1));
    }

    @Test
    void methodsWithoutAreLeftAlone() {
        assertThat(AopUtils.canApply(reserving, Object.class)).isFalse();
        assertThat(AopUtils.canApply(reserving, Order.class)).isFalse();
        assertThat(AopUtils.canApply(reserving, Bean.class)).isTrue();
        assertThat(AopUtils.canApply(confirming, Bean.class)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NoExpression       | the resource is no SpEL expression: #
            Nothing            | it says neither a resource nor quantities
            Both               | it says both a resource and quantities
            Unquoted           | the resource 'bed' names bed, which is no property of the bean
            Private            | it is private
            TwoIds             | several of requestId: ['1', '2']
            TwoTimes           | several of timeToLive: [5m, 6m]
            NoDuration         | the timeToLive is no duration: soon
            NoTime             | the timeToLive must be between 1 ms and 3650 days, but is PT0S
            ReturnsEarly       | it returns before its work is done
            """)
    void whatCannotBeUsedIsRefusedWhenTheBeanIsMade(String type, String message) throws ClassNotFoundException {
        Class<?> bean = Class.forName(ReserveMethodTests.class.getName() + "$" + type);
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> AopUtils.canApply(reserving, bean))
                .withMessageStartingWith("@Reserve on ")
                .withMessageContaining(type + ".method(")
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            noProperty         | the resource '#order.nobody' cannot be evaluated: EL1008E
            nullResource       | the resource '#order.sku' is null
            text               | the quantity ''many'' gives many (java.lang.String), which is no number
            fraction           | the quantity '1.5' gives 1.5, which is no whole number
            noMap              | the quantities '#order' gives no map
            noId               | the requestId 'null' is null
            """)
    void whatAnExpressionMustNotGiveIsNamed(String method, String message) {
        assertThatExceptionOfType(EscrowException.class)
                .isThrownBy(() -> request(method, new Order(null, 1), Map.of()))
                .withMessageContaining("Bean." + method)
                .withMessageContaining(message);
    }

    @Test
    void whatCannotBeReservedIsRefusedAsByARequest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request("several", new Order("bed", -1), Map.of()))
                .withMessageContaining("the quantity of 'bed' must be 1 at least, but is -1");
        assertThatIllegalArgumentException().isThrownBy(() -> request("none", new Order("bed", 1), Map.of()));
    }

    @Test
    void theTwoAdvisorsGoTogether() {
        ProxyFactory factory = new ProxyFactory(new Bean());
        factory.setProxyTargetClass(true);
        factory.addAdvisor(reserving);
        assertThatExceptionOfType(EscrowException.class)
                .isThrownBy(() -> ((Bean) factory.getProxy()).fixed(new Order("bed", 1), Map.of()))
                .withMessageContaining("no ConfirmAdvisor");
        factory.removeAdvisor(reserving);
        factory.addAdvisor(confirming);
        assertThatExceptionOfType(EscrowException.class)
                .isThrownBy(() -> ((Bean) factory.getProxy()).fixed(new Order("bed", 1), Map.of()))
                .withMessageContaining("nothing was reserved");
        Mockito.verifyNoInteractions(escrow);
    }

    @Test
    void aMethodThatIsTriedAgainInsideKeepsItsReservation() {
        Reservation held = held();
        AtomicReference<RuntimeException> failure = new AtomicReference<>(new IllegalStateException("first"));
        Bean bean = proxy(
                new Bean() {
                    @Override
                    public void fixed(Order order, Map<String, ? extends Number> more) {
                        RuntimeException first = failure.getAndSet(null);
                        if (first != null) {
                            throw first;
                        }
                    }
                },
                invocation -> {
                    try {
                        return ((ProxyMethodInvocation) invocation)
                                .invocableClone()
                                .proceed();
                    } catch (IllegalStateException e) {
                        return invocation.proceed();
                    }
                });
        bean.fixed(new Order("bed", 1), Map.of());
        Mockito.verify(escrow).reserve(Mockito.any());
        Mockito.verify(escrow).confirm(held.id());
        Mockito.verify(escrow, Mockito.never()).release(Mockito.any());
    }

    @Test
    void aFallbackForAMethodThatFailedReleases() {
        Reservation held = held();
        Bean bean = proxy(new Bean(), invocation -> {
            try {
                return invocation.proceed();
            } catch (IllegalStateException e) {
                return null;
            }
        });
        bean.failing();
        Mockito.verify(escrow, Mockito.never()).confirm(held.id());
        Mockito.verify(escrow).release(held.id());
        Mockito.when(escrow.release(held.id())).thenThrow(new EscrowException("too busy"));
        bean.failing();
    }

    @Test
    void theInterruptFlagIsPutAsideForConfirmingAndReleasing() {
        Reservation held = held();
        List<Boolean> flags = new ArrayList<>();
        Answer<Reservation> settles = call -> {
            flags.add(Thread.currentThread().isInterrupted());
            return held;
        };
        Mockito.when(escrow.confirm(held.id())).then(settles);
        Mockito.when(escrow.release(held.id())).then(settles);
        Bean bean = proxy(new Bean(), invocation -> {
            try {
                return invocation.proceed();
            } finally {
                Thread.currentThread().interrupt();
            }
        });
        bean.fixed(new Order("bed", 1), Map.of());
        assertThat(Thread.interrupted()).isTrue();
        assertThatIllegalStateException().isThrownBy(bean::failing);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(flags).containsExactly(false, false);
    }

    @Test
    void aMethodThatIsRunOnAnotherThreadIsRefused() {
        Reservation held = held();
        Bean bean = proxy(
                new Bean(),
                invocation -> CompletableFuture.supplyAsync(() -> {
                            try {
                                return invocation.proceed();
                            } catch (RuntimeException e) {
                                throw e;
                            } catch (Throwable e) {
                                throw new AssertionError(e);
                            }
                        })
                        .join());
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> bean.fixed(new Order("bed", 1), Map.of()))
                .havingRootCause()
                .isInstanceOf(EscrowException.class)
                .withMessageContaining("nothing was reserved on the thread");
        Mockito.verify(escrow).release(held.id());
    }

    private Reservation held() {
        Reservation held = Mockito.mock();
        Mockito.when(held.state()).thenReturn(ReservationState.HELD);
        Mockito.when(held.id()).thenReturn(new java.util.UUID(1, 1));
        Mockito.when(escrow.reserve(Mockito.any())).thenReturn(held);
        return held;
    }

    private Bean proxy(Bean target, MethodInterceptor between) {
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        factory.addAdvisors(reserving, new DefaultPointcutAdvisor(between), confirming);
        return (Bean) factory.getProxy();
    }

    private static ReservationRequest request(String name, Order order, Map<String, ? extends Number> more) {
        Method method = Arrays.stream(Bean.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return Objects.requireNonNull(ReserveMethod.find(method, Bean.class))
                .request(new Bean(), new Object[] {order, more});
    }

    record Order(String sku, int quantity) {}

    interface Annotated {

        @Reserve(resource = "'chair'")
        void inherited(Order order, Map<String, ? extends Number> more);

        @Reserve(resource = "'chair'")
        void overridden(Order order, Map<String, ? extends Number> more);
    }

    static class Bean implements Annotated {

        @Override
        public void inherited(Order order, Map<String, ? extends Number> more) {}

        @Override
        @Reserve(resource = "#order.sku")
        public void overridden(Order order, Map<String, ? extends Number> more) {}

        @Reserve(resource = "#order.sku", quantity = "#order.quantity", requestId = "'order-' + #order.sku")
        @Reserve(quantities = "#more", timeToLive = "5m")
        @Reserve(resource = "'lamp'", timeToLive = "5m")
        public void several(Order order, Map<String, ? extends Number> more) {}

        @Reserve(resource = "'bed'")
        public void fixed(Order order, Map<String, ? extends Number> more) {}

        @Reserve(resource = "'bed'")
        public void failing() {
            throw new IllegalStateException("broken");
        }

        @Reserve(resource = "#order.nobody")
        public void noProperty(Order order, Map<String, ? extends Number> more) {}

        @Reserve(resource = "#order.sku")
        public void nullResource(Order order, Map<String, ? extends Number> more) {}

        @Reserve(resource = "'bed'", quantity = "'many'")
        public void text(Order order, Map<String, ? extends Number> more) {}

        @Reserve(resource = "'bed'", quantity = "1.5")
        public void fraction(Order order, Map<String, ? extends Number> more) {}

        @Reserve(quantities = "#order")
        public void noMap(Order order, Map<String, ? extends Number> more) {}

        @Reserve(quantities = "#more")
        public void none(Order order, Map<String, ? extends Number> more) {}

        @Reserve(resource = "'bed'", requestId = "null")
        public void noId(Order order, Map<String, ? extends Number> more) {}
    }

    static class NoExpression {
        @Reserve(resource = "#")
        public void method() {}
    }

    static class Nothing {
        @Reserve
        public void method() {}
    }

    static class Both {
        @Reserve(resource = "'bed'", quantities = "#order.lines")
        public void method() {}
    }

    static class TwoIds {
        @Reserve(resource = "'bed'", requestId = "'1'")
        @Reserve(resource = "'lamp'", requestId = "'2'")
        public void method() {}
    }

    static class TwoTimes {
        @Reserve(resource = "'bed'", timeToLive = "5m")
        @Reserve(resource = "'lamp'", timeToLive = "6m")
        public void method() {}
    }

    static class NoDuration {
        @Reserve(resource = "'bed'", timeToLive = "soon")
        public void method() {}
    }

    static class Unquoted {
        @Reserve(resource = "bed")
        public void method() {}
    }

    /** One of several methods: each is looked at. */
    static class Private {
        @Reserve(resource = "'bed'")
        public void fine() {}

        @Reserve(resource = "'bed'")
        private void method() {}
    }

    static class NoTime {
        @Reserve(resource = "'bed'", timeToLive = "0s")
        public void method() {}
    }

    static class ReturnsEarly {
        @Reserve(resource = "'bed'")
        public CompletableFuture<List<String>> method() {
            return CompletableFuture.completedFuture(List.of());
        }
    }
}
