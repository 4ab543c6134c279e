package io.micropatterns.outbox.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.core.trace.TracePropagation;
import io.micropatterns.core.trace.TraceScope;
import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.ShardStatus;
import io.micropatterns.outbox.StreamReader;
import io.micropatterns.outbox.TestCluster;
import io.micropatterns.outbox.TestNode;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.ParameterValueMapper;
import org.springframework.boot.actuate.endpoint.invoke.convert.ConversionServiceParameterValueMapper;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpointDiscoverer;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What an operator sees and does: the endpoint as the web exposes it, health, meters, and trace context. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutboxOperationsTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private TestCluster cluster;
    private TestNode node;
    private ExposableWebEndpoint endpoint;
    private String topic;

    @BeforeAll
    void start() {
        cluster = new TestCluster();
        node = cluster.start(
                Tracing.class,
                "management.endpoints.web.exposure.include=*",
                "patterns.outbox.limits.check-interval=50ms");
        ParameterValueMapper mapper = new ConversionServiceParameterValueMapper();
        endpoint = new WebEndpointDiscoverer(
                        node.context(), mapper, EndpointMediaTypes.DEFAULT, null, null, List.of(), List.of(), List.of())
                .getEndpoints().stream()
                        .filter(found -> found.getEndpointId().toString().equals("outbox"))
                        .findFirst()
                        .orElseThrow();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @BeforeEach
    void topicOfItsOwn() {
        topic = cluster.topic(UUID.randomUUID().toString());
    }

    @Test
    void theOverviewTellsWhatWaitsAndWhoRelays() {
        await().atMost(PATIENCE).until(() -> overview().shards().size() == 2);

        OutboxEndpoint.Overview overview = overview();
        assertThat(overview.running()).isTrue();
        assertThat(overview.paused()).isFalse();
        assertThat(overview.pending()).isNotNegative();
        assertThat(overview.oldestPendingAge()).isGreaterThanOrEqualTo(Duration.ZERO);
        assertThat(overview.owners()).hasSize(2);
        assertThat(meters().get("patterns.outbox.shards.held").gauge().value()).isEqualTo(2);
        await().atMost(PATIENCE)
                .until(() ->
                        meters().get("patterns.outbox.shards.unowned").gauge().value() == 0);
    }

    @Test
    void pauseHoldsEventsBackWhichArePendingByTopicAndResumeLetsThemGo() {
        assertThat(invoke(OperationType.WRITE, Map.of("action", "pause"))).isEqualTo(Map.of("paused", true));
        await().atMost(PATIENCE)
                .until(() -> node.relay().shards().size() == 2
                        && node.relay().shards().stream().allMatch(shard -> shard.state() == ShardStatus.State.PAUSED));
        node.publish(TestNode.text(topic, "a", "1"), TestNode.text(topic, "b", "2"));

        assertThat(overview().paused()).isTrue();
        assertThat(invoke(OperationType.READ, Map.of("part", "pending"))).isEqualTo(Map.of(topic, 2L));
        assertThat(health().getStatus()).as("paused on purpose").isEqualTo(Status.UP);
        await().atMost(PATIENCE)
                .until(() -> meters().get("patterns.outbox.pending").gauge().value() == 2);
        assertThat(meters().get("patterns.outbox.pending.age").timeGauge().value())
                .isNotNegative();

        assertThat(invoke(OperationType.WRITE, Map.of("action", "resume"))).isEqualTo(Map.of("paused", false));
        assertThat(cluster.values(topic, 2)).containsExactlyInAnyOrder("1", "2");
        await().atMost(PATIENCE)
                .until(() -> meters().get("patterns.outbox.pending").gauge().value() == 0);
    }

    @Test
    void replayTakesIdsOrATimeAsTextAndRefusesEverythingElse() {
        OffsetDateTime before = OffsetDateTime.now().minusMinutes(5);
        node.publish(TestNode.text(topic, "a", "1"));
        String id = StreamReader.header(cluster.read(topic, 1).get(0), OutboxHeaders.EVENT_ID);

        assertThat(invoke(OperationType.WRITE, Map.of("action", "replay", "ids", List.of(id))))
                .isEqualTo(Map.of("replayed", 1));
        assertThat(invoke(
                        OperationType.WRITE,
                        Map.of(
                                "action",
                                "replay",
                                "from",
                                before.toString(),
                                "to",
                                before.plusHours(1).toString(),
                                "topic",
                                topic)))
                .isEqualTo(Map.of("replayed", 1));
        assertThat(cluster.values(topic, 3)).containsExactly("1", "1", "1");

        refused(Map.of("action", "replay"), "ids");
        refused(Map.of("action", "replay", "from", before.toString()), "to");
        refused(Map.of("action", "replay", "ids", List.of(id), "from", before.toString()), "either");
        refused(Map.of("action", "replay", "ids", List.of("not-a-uuid")), "not-a-uuid");
    }

    @Test
    void unknownOperationsAndShardsAreRefusedWithWhatThereIs() {
        refused(Map.of("action", "explode"), "pause, resume, replay, rebase");
        refused(Map.of("action", "rebase"), "shard");
        refused(Map.of("action", "rebase", "shard", "77"), "77");
        assertThatThrownBy(() -> invoke(OperationType.READ, Map.of("part", "elsewhere")))
                .isInstanceOf(InvalidEndpointRequestException.class)
                .hasMessageContaining("pending");
    }

    @Test
    void metersHaveTheirNamesAndCountByEventType() {
        String type = "type-" + UUID.randomUUID();
        var message = io.micropatterns.outbox.OutboxMessage.to(topic).key("k").type(type);
        node.publish(message.payload("1"), message.payload("2"));
        cluster.values(topic, 2);

        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> meters().get("patterns.outbox.published")
                                .tag("type", type)
                                .counter()
                                .count()
                        == 2);
        assertThat(meters().get("patterns.outbox.stored")
                        .tag("type", type)
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(meters().get("patterns.outbox.delay").timer().count()).isPositive();
        assertThat(meters().get("patterns.outbox.relay.failures").counter().count())
                .isNotNegative();
        assertThat(meters().getMeters())
                .extracting(Meter::getId)
                .extracting(Meter.Id::getName)
                .filteredOn(name -> name.startsWith("patterns.outbox"))
                .contains("patterns.outbox.pending", "patterns.outbox.pending.age");
    }

    @Test
    void healthIsUpWhileTheShardsTurnAndDownWhenTheRelayHasBeenStopped() {
        await().atMost(PATIENCE).until(() -> health().getStatus().equals(Status.UP));
        await().atMost(PATIENCE)
                .until(() -> health().getDetails().get("shards").toString().contains("RUNNING"));

        node.relay().stop();
        assertThat(health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(health().getDetails().get("problems").toString()).contains("the relay has been stopped");
        node.relay().start();
        await().atMost(PATIENCE).until(() -> node.relay().shards().size() == 2);
    }

    @Test
    void theTraceContextOfThePublisherTravelsInTheHeaders() {
        node.publish(TestNode.text(topic, "k", "1"));

        assertThat(StreamReader.header(cluster.read(topic, 1).get(0), "traceparent"))
                .isEqualTo(Tracing.TRACEPARENT);
    }

    private OutboxEndpoint.Overview overview() {
        return (OutboxEndpoint.Overview) invoke(OperationType.READ, Map.of());
    }

    private Health health() {
        return node.bean(OutboxHealthIndicator.class).health();
    }

    private MeterRegistry meters() {
        return node.bean(MeterRegistry.class);
    }

    private void refused(Map<String, Object> arguments, String reason) {
        assertThatThrownBy(() -> invoke(OperationType.WRITE, arguments))
                .isInstanceOf(InvalidEndpointRequestException.class)
                .hasMessageContaining(reason);
    }

    private Object invoke(OperationType type, Map<String, Object> arguments) {
        boolean selecting = arguments.containsKey("part") || arguments.containsKey("action");
        WebOperation operation = endpoint.getOperations().stream()
                .filter(found -> found.getType() == type)
                .filter(found -> found.getRequestPredicate().getPath().contains("{") == selecting)
                .findFirst()
                .orElseThrow();
        return operation.invoke(new InvocationContext(SecurityContext.NONE, arguments));
    }

    @Configuration(proxyBeanMethods = false)
    static class Tracing {

        static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        @Bean
        TracePropagation tracePropagation() {
            return new TracePropagation() {

                @Override
                public void inject(BiConsumer<String, String> header) {
                    header.accept("traceparent", TRACEPARENT);
                }

                @Override
                public TraceScope continueFrom(Map<String, String> headers, String spanName) {
                    return TracePropagation.none().continueFrom(headers, spanName);
                }
            };
        }
    }
}
