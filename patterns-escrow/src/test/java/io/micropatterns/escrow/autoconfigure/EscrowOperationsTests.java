package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.invoke.convert.ConversionServiceParameterValueMapper;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpointDiscoverer;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** What an operator sees and does: the endpoint as the web exposes it, health, and meters. */
class EscrowOperationsTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ApplicationContextRunner runner = EscrowApplication.onOneDatabase(
                    EscrowActuatorAutoConfiguration.class)
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withPropertyValues("management.endpoints.web.exposure.include=*");

    @Test
    void resourcesAreShownPageByPage() {
        runner.run(context -> {
            for (String name : List.of("bed", "bench", "bunk/bed", "chair")) {
                context.getBean(EscrowResources.class).create(name, 1);
            }
            EscrowEndpoint.Overview first = overview(context, Map.of("prefix", "b", "limit", "2"));
            assertThat(first.resources()).extracting(Resource::name).containsExactly("bed", "bench");
            assertThat(first.next()).isEqualTo("bench");
            EscrowEndpoint.Overview second =
                    overview(context, Map.of("prefix", "b", "limit", "2", "after", first.next()));
            assertThat(second.resources()).extracting(Resource::name).containsExactly("bunk/bed");
            assertThat(second.next()).isNull();
            assertThat(overview(context, Map.of()).resources()).hasSize(4);
            await().atMost(PATIENCE).until(() -> overview(context, Map.of()).sweeps());

            refused(context, OperationType.READ, Map.of("limit", "0"), "limit");
            refused(context, OperationType.READ, Map.of("limit", "1001"), "limit");
            refused(context, OperationType.READ, Map.of("limit", "many"), "limit");
        });
    }

    @Test
    void resourcesAreCreatedToppedUpAndReduced() {
        runner.run(context -> {
            assertThat(body(act(context, "create", "resource", "bunk/bed", "quantity", 10, "stripes", 2)))
                    .isEqualTo(new Resource("bunk/bed", 10, 10, 0, 0, 2));
            assertThat(body(act(context, "create", "resource", "chair", "quantity", 1)))
                    .isEqualTo(new Resource("chair", 1, 1, 0, 0, 1));
            assertThat(body(act(context, "topUp", "resource", "bunk/bed", "quantity", 5)))
                    .isEqualTo(new Resource("bunk/bed", 15, 15, 0, 0, 2));
            assertThat(body(act(context, "reduce", "resource", "bunk/bed", "quantity", 12)))
                    .isEqualTo(new Resource("bunk/bed", 3, 3, 0, 0, 2));
            assertThat(body(look(context, "resource", "name", "bunk/bed")))
                    .isEqualTo(new Resource("bunk/bed", 3, 3, 0, 0, 2));

            assertError(act(context, "create", "resource", "chair", "quantity", 1), 409, "already");
            assertError(act(context, "reduce", "resource", "chair", "quantity", 2), 409, "1 are available");
            assertError(act(context, "topUp", "resource", "table", "quantity", 2), 404, "table");
            assertError(act(context, "reduce", "resource", "table", "quantity", 2), 404, "table");
            assertError(look(context, "resource", "name", "table"), 404, "table");
            assertThat(body(look(context, "verify"))).isEqualTo(Map.of("discrepancies", List.of()));
        });
    }

    @Test
    void reservationsAreShownReleasedAndExtended() {
        runner.run(context -> {
            context.getBean(EscrowResources.class).create("bed", 10);
            Escrow escrow = context.getBean(Escrow.class);
            Reservation reservation = escrow.reserve("bed", 4);
            String id = reservation.id().toString();

            assertThat(body(look(context, "reservation", "id", id))).isEqualTo(reservation);
            assertThat(((Reservation) body(act(context, "extend", "reservation", id, "timeToLive", "2h"))).expiresAt())
                    .isAfter(reservation.expiresAt().plus(Duration.ofHours(1)));
            assertThat(((Reservation) body(act(context, "release", "reservation", id))).state())
                    .isEqualTo(ReservationState.RELEASED);
            assertThat(escrow.find(reservation.id()))
                    .hasValueSatisfying(found -> assertThat(found.state()).isEqualTo(ReservationState.RELEASED));

            assertError(act(context, "extend", "reservation", id, "timeToLive", "2h"), 409, "RELEASED");
            String none = UUID.randomUUID().toString();
            assertError(look(context, "reservation", "id", none), 404, none);
            assertError(act(context, "release", "reservation", none), 404, none);
            assertError(act(context, "extend", "reservation", none, "timeToLive", "2h"), 404, none);
        });
    }

    @Test
    void whatCannotBeUnderstoodIsRefusedWithWhatThereIs() {
        runner.run(context -> {
            context.getBean(EscrowResources.class).create("bed", 10);
            refused(context, OperationType.READ, Map.of("part", "elsewhere"), "resource, reservation, verify");
            refused(context, OperationType.READ, Map.of("part", "resource"), "'name'");
            refused(context, OperationType.READ, Map.of("part", "reservation"), "'id'");
            refused(context, OperationType.READ, Map.of("part", "reservation", "id", "17"), "id");
            refused(context, OperationType.WRITE, Map.of("action", "explode"), "create, topUp, reduce");
            refused(context, OperationType.WRITE, Map.of("action", "create", "quantity", 1), "'resource'");
            refused(context, OperationType.WRITE, Map.of("action", "topUp", "resource", "bed"), "'quantity'");
            refused(context, OperationType.WRITE, arguments("action", "topUp", "resource", "bed", "quantity", 0), "1");
            refused(
                    context,
                    OperationType.WRITE,
                    arguments("action", "create", "resource", " ", "quantity", 0),
                    "blank");
            refused(
                    context,
                    OperationType.WRITE,
                    arguments("action", "create", "resource", "lamp", "quantity", 1, "stripes", 1025),
                    "between 1 and 1024");
            String held = context.getBean(Escrow.class).reserve("bed", 1).id().toString();
            refused(
                    context,
                    OperationType.WRITE,
                    arguments("action", "extend", "reservation", held, "timeToLive", "1000000000000d"),
                    "3650 days");
            refused(context, OperationType.READ, Map.of("part", "resource", "name", "b\0d"), "NUL");
            refused(context, OperationType.WRITE, Map.of("action", "release"), "'reservation'");
            refused(context, OperationType.WRITE, Map.of("action", "release", "reservation", "17"), "reservation");
            refused(
                    context,
                    OperationType.WRITE,
                    Map.of("action", "extend", "reservation", UUID.randomUUID().toString()),
                    "'timeToLive'");
            assertThat(context.getBean(EscrowResources.class).findAll()).hasSize(1);
        });
    }

    @Test
    void healthIsDownWhileNobodyEndsWhatIsLate() {
        runner.withPropertyValues(
                        "patterns.escrow.expiry.enabled=false",
                        "patterns.escrow.expiry.interval=30s",
                        "patterns.escrow.health.max-overdue=5s")
                .run(context -> {
                    context.getBean(EscrowResources.class).create("bed", 10);
                    Escrow escrow = context.getBean(Escrow.class);
                    Reservation late = escrow.reserve("bed", 1);
                    letExpire(context, late, "5 s");
                    assertThat(health(context)).isEqualTo(Status.UP);
                    letExpire(context, late, "36 s");
                    assertThat(health(context)).isEqualTo(Status.DOWN);
                    escrow.release(late.id());
                    assertThat(health(context)).isEqualTo(Status.UP);
                });
    }

    private static void letExpire(ApplicationContext context, Reservation reservation, String ago) {
        new JdbcTemplate(context.getBean(DataSource.class))
                .update(
                        "update patterns_escrow_hold set expires_at = clock_timestamp() - ?::interval where reservation = ?",
                        ago,
                        reservation.id());
    }

    private static Status health(ApplicationContext context) {
        return context.getBean(EscrowHealthIndicator.class).health().getStatus();
    }

    @Test
    void whatIsDoneAndWhatThereIsIsMeasured() {
        runner.withPropertyValues(
                        "patterns.escrow.meters.interval=1s",
                        "patterns.escrow.meters.resources=bed",
                        "patterns.escrow.expiry.interval=50ms")
                .run(context -> {
                    context.getBean(EscrowResources.class).create("bed", 10);
                    context.getBean(EscrowResources.class).create("chair", 10);
                    Escrow escrow = context.getBean(Escrow.class);
                    escrow.reserve("bed", 4);
                    letExpire(context, escrow.reserve("chair", 2), "1 s");

                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    await().atMost(PATIENCE)
                            .until(() -> meters.get("patterns.escrow.expired")
                                            .counter()
                                            .count()
                                    == 1);
                    await().atMost(PATIENCE)
                            .until(() -> meters.get("patterns.escrow.available")
                                            .gauge()
                                            .value()
                                    == 16);
                    assertThat(meters.get("patterns.escrow.held").gauge().value())
                            .isEqualTo(4);
                    assertThat(meters.get("patterns.escrow.resource.held")
                                    .tag("resource", "bed")
                                    .gauge()
                                    .value())
                            .isEqualTo(4);
                    assertThat(meters.get("patterns.escrow.requests")
                                    .tags("operation", "reserve", "outcome", "success")
                                    .timer()
                                    .count())
                            .isEqualTo(2);
                    assertThat(meters.get("patterns.escrow.expiry").timer().count())
                            .isPositive();
                    assertThat(meters.get("patterns.escrow.expiry.active")
                                    .gauge()
                                    .value())
                            .isEqualTo(1);
                    await().atMost(PATIENCE)
                            .untilAsserted(() -> assertThat(meters.get("patterns.batch.wait")
                                            .tag("coalescer", "escrow-reserve")
                                            .timer()
                                            .count())
                                    .isEqualTo(2));
                    assertThat(context.getBean(EscrowHealthIndicator.class)
                                    .health()
                                    .getDetails())
                            .containsEntry("resources", 2L);
                });
    }

    @Test
    void whatWaitsIsMeasured() {
        runner.withPropertyValues("patterns.escrow.lock-timeout=1m").run(context -> {
            context.getBean(EscrowResources.class).create("bed", 10);
            Escrow escrow = context.getBean(Escrow.class);
            Gauge pending = context.getBean(MeterRegistry.class)
                    .get("patterns.batch.pending")
                    .tag("coalescer", "escrow-reserve")
                    .gauge();
            assertThat(pending.value()).isZero();
            List<CompletableFuture<Reservation>> waiting = new ArrayList<>();
            context.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                escrow.reserve("bed", 1);
                for (int i = 0; i < 3; i++) {
                    waiting.add(CompletableFuture.supplyAsync(() -> escrow.reserve("bed", 1)));
                }
                await().atMost(PATIENCE).until(() -> pending.value() == 3);
            });
            waiting.forEach(each -> assertThat(each).succeedsWithin(PATIENCE));
            await().atMost(PATIENCE).until(() -> pending.value() == 0);
        });
    }

    @Test
    void withoutActuatorThereIsNeitherHealthNorEndpoint() {
        runner.withClassLoader(new FilteredClassLoader(HealthIndicator.class, Endpoint.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Escrow.class)
                        .hasSingleBean(EscrowMetrics.class)
                        .doesNotHaveBean("escrowHealthIndicator")
                        .doesNotHaveBean("escrowEndpoint"));
    }

    @Test
    void eachCanBeSwitchedOff() {
        runner.withPropertyValues("management.health.escrow.enabled=false", "management.endpoint.escrow.access=NONE")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(EscrowHealthIndicator.class)
                        .doesNotHaveBean(EscrowEndpoint.class));
        runner.withPropertyValues("patterns.escrow.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(EscrowMetrics.class)
                        .doesNotHaveBean(EscrowStockMeters.class)
                        .doesNotHaveBean(EscrowHealthIndicator.class)
                        .doesNotHaveBean(EscrowEndpoint.class));
    }

    @Test
    void propertiesAreChecked() {
        assertFails("patterns.escrow.meters.interval=10ms", "patterns.escrow.meters.interval is 10ms");
        assertFails("patterns.escrow.health.max-overdue=0s", "patterns.escrow.health.max-overdue is 0s");
        String many =
                String.join(",", IntStream.range(0, 101).mapToObj(i -> "r" + i).toList());
        assertFails("patterns.escrow.meters.resources=" + many, "patterns.escrow.meters.resources has 101 names");
    }

    private void assertFails(String property, String message) {
        runner.withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PatternConfigurationException.class)
                        .hasMessageContaining(message));
    }

    private static EscrowEndpoint.Overview overview(ApplicationContext context, Map<String, Object> arguments) {
        return (EscrowEndpoint.Overview) invoke(context, OperationType.READ, arguments);
    }

    private static WebEndpointResponse<?> look(ApplicationContext context, String part, Object... arguments) {
        Map<String, Object> all = arguments(arguments);
        all.put("part", part);
        return (WebEndpointResponse<?>) invoke(context, OperationType.READ, all);
    }

    private static WebEndpointResponse<?> act(ApplicationContext context, String action, Object... arguments) {
        Map<String, Object> all = arguments(arguments);
        all.put("action", action);
        return (WebEndpointResponse<?>) invoke(context, OperationType.WRITE, all);
    }

    private static Map<String, Object> arguments(Object... namesAndValues) {
        Map<String, Object> arguments = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            arguments.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return arguments;
    }

    private static Object body(WebEndpointResponse<?> response) {
        assertThat(response.getStatus()).isEqualTo(200);
        return response.getBody();
    }

    private static void assertError(WebEndpointResponse<?> response, int status, String message) {
        assertThat(response.getStatus()).isEqualTo(status);
        assertThat(response.getBody()).asString().contains(message);
    }

    private static void refused(
            ApplicationContext context, OperationType type, Map<String, Object> arguments, String reason) {
        assertThatThrownBy(() -> invoke(context, type, arguments))
                .isInstanceOf(InvalidEndpointRequestException.class)
                .hasMessageContaining(reason);
    }

    private static Object invoke(ApplicationContext context, OperationType type, Map<String, Object> arguments) {
        boolean selecting = arguments.containsKey("part") || arguments.containsKey("action");
        WebOperation operation = new WebEndpointDiscoverer(
                        context,
                        new ConversionServiceParameterValueMapper(),
                        EndpointMediaTypes.DEFAULT,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        List.of())
                .getEndpoints().stream()
                        .filter(found -> found.getEndpointId().toString().equals("escrow"))
                        .flatMap(found -> found.getOperations().stream())
                        .filter(found -> found.getType() == type)
                        .filter(found -> found.getRequestPredicate().getPath().contains("{") == selecting)
                        .findFirst()
                        .orElseThrow();
        return operation.invoke(new InvocationContext(SecurityContext.NONE, arguments));
    }
}
