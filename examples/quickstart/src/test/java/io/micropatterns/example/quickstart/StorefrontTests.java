package io.micropatterns.example.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterQuery;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.example.quickstart.order.OrderPlaced;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The storefront as its users see it: over HTTP, and in the topic. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"spring.datasource.hikari.connection-timeout=60000", "patterns.escrow.lock-timeout=30s"})
class StorefrontTests {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final KafkaTemplate<String, String> kafka;
    private final ConsumerFactory<String, String> consumers;
    private final DeadLetters deadLetters;
    private final JsonMapper mapper;
    private final RestTestClient http;

    StorefrontTests(
            @Autowired KafkaTemplate<String, String> kafka,
            @Autowired ConsumerFactory<String, String> consumers,
            @Autowired DeadLetters deadLetters,
            @Autowired JsonMapper mapper,
            @LocalServerPort int port) {
        this.kafka = kafka;
        this.consumers = consumers;
        this.deadLetters = deadLetters;
        this.mapper = mapper;
        this.http = client(port);
    }

    @BeforeEach
    void isReady() {
        await().atMost(PATIENCE).untilAsserted(() -> found("/actuator/health"));
    }

    @Test
    void placesAnOrderAndFindsItAgain() {
        var placed = place("""
                {"customerId": "ada", "sku": "teapot", "quantity": 2}""");

        var location =
                placed.expectStatus().isCreated().expectBody(JsonNode.class).returnResult();
        var order = Objects.requireNonNull(location.getResponseBody());
        assertThat(location.getResponseHeaders().getLocation())
                .hasToString("/orders/" + order.get("orderId").asString());
        assertThat(order.get("customerId").asString()).isEqualTo("ada");
        assertThat(order.get("sku").asString()).isEqualTo("teapot");
        assertThat(order.get("quantity").asInt()).isEqualTo(2);
        assertThat(get("/orders/" + order.get("orderId").asString())).isEqualTo(order);
    }

    @Test
    void namesEveryFieldAtFault() {
        var errors = badRequest(place("""
                {"customerId": " ", "quantity": 1001}""")).get("errors");

        assertThat(fields(errors)).containsExactlyInAnyOrder("customerId", "sku", "quantity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "null", "\"two\"", "{}"})
    void refusesAQuantityThatIsNone(String quantity) {
        var problem = badRequest(place("""
                {"customerId": "ada", "sku": "teapot", "quantity": %s}""".formatted(quantity)));

        assertThat(fields(problem.get("errors"))).containsExactly("quantity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "nonsense"})
    void refusesABodyThatIsNotAnOrder(String body) {
        assertThat(badRequest(place(body)).get("detail").asString()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/orders/", "/order-summaries/"})
    void answersUnknownOrdersWithAProblem(String path) {
        http.get()
                .uri(path + UUID.randomUUID())
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void fillsTheReadModelAndListsItByCustomer() {
        var customer = "customer-" + UUID.randomUUID();
        var first = placed(customer);
        var second = placed(customer);
        placed("somebody-else");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(summariesOf(customer))
                        .extracting(summary -> summary.get("orderId").asString())
                        .containsExactly(second, first));
        var summary = get("/order-summaries/" + first);
        assertThat(summary.get("customerId").asString()).isEqualTo(customer);
        assertThat(summary.get("sku").asString()).isEqualTo("lamp");
        assertThat(summary.get("quantity").asInt()).isEqualTo(3);
        assertThat(summary.get("timesApplied").asInt()).isEqualTo(1);
    }

    @Test
    void publishesAPlainJsonRecordWithKeyAndHeaders() {
        var orderId = placed("grace");

        var record = recordOf(orderId);

        var value = mapper.readTree(record.value());
        assertThat(value.get("orderId").asString()).isEqualTo(orderId);
        assertThat(value.get("customerId").asString()).isEqualTo("grace");
        assertThat(value.get("sku").asString()).isEqualTo("lamp");
        assertThat(value.get("quantity").asInt()).isEqualTo(3);
        assertThat(Instant.parse(value.get("placedAt").asString())).isBeforeOrEqualTo(Instant.now());
        assertThat(header(record, "event-id")).satisfies(UUID::fromString);
        assertThat(header(record, "event-type")).isEqualTo("order-placed");
        assertThat(header(record, "traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    }

    @Test
    void appliesAnEventOnceHoweverOftenItIsDelivered() {
        var event = event("leslie");
        var eventId = UUID.randomUUID().toString();
        var later = event("leslie");

        deliver(event, eventId);
        deliver(event, eventId);
        deliver(event, eventId);
        // To the same partition: when it has arrived, so have the duplicates.
        deliver(later, UUID.randomUUID().toString());

        await().atMost(PATIENCE).untilAsserted(() -> found("/order-summaries/" + later.orderId()));
        assertThat(get("/order-summaries/" + event.orderId())
                        .get("timesApplied")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void parksARecordThatCannotBeReadAndGoesOn() {
        var key = UUID.randomUUID().toString();
        var next = event("edsger");

        deliver(key, "not JSON", UUID.randomUUID().toString());
        deliver(next, UUID.randomUUID().toString());

        await().atMost(PATIENCE).untilAsserted(() -> found("/order-summaries/" + next.orderId()));
        var letter = letterOf(key);
        assertThat(letter.status()).isEqualTo(DeadLetterStatus.DEAD);
        assertThat(letter.attempts()).isOne();
        assertThat(letter.headers()).containsOnlyKeys("event-id", "event-type");
    }

    @Test
    void appliesAParkedRecordOnceAnOperatorHasMendedIt() {
        var event = event("alan");
        var key = event.orderId().toString();
        deliver(key, "not JSON", UUID.randomUUID().toString());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(letterOf(key)).isNotNull());

        operate(letterOf(key), "replay", Map.of("payload", mapper.writeValueAsString(event)));

        await().atMost(PATIENCE).untilAsserted(() -> found("/order-summaries/" + key));
        assertThat(lettersOf(key)).isEmpty();
    }

    @Test
    void triesAParkedRecordAgainByItselfAndCountsTheAttempts() {
        var event = event("barbara");
        var key = event.orderId().toString();
        // PostgreSQL has no text with a zero in it: readable, but cannot be applied.
        var refused = mapper.writeValueAsString(event).replace("lamp", "la\\u0000mp");

        deliver(key, refused, UUID.randomUUID().toString());

        // Four deliveries, and then the owner's turn.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(lettersOf(key))
                        .singleElement()
                        .satisfies(letter -> assertThat(letter.attempts()).isGreaterThanOrEqualTo(4))
                        .satisfies(letter -> assertThat(letter.status()).isEqualTo(DeadLetterStatus.RETRYING)));
        int before = letterOf(key).attempts();
        operate(letterOf(key), "retry", Map.of());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(letterOf(key).attempts()).isGreaterThan(before));
        assertThat(letterOf(key).status()).isEqualTo(DeadLetterStatus.RETRYING);

        operate(letterOf(key), "replay", Map.of("payload", mapper.writeValueAsString(event)));
        await().atMost(PATIENCE).untilAsserted(() -> found("/order-summaries/" + key));
        assertThat(lettersOf(key)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "10001", "many"})
    void refusesABatchOutOfBounds(String count) {
        badRequest(http.post().uri("/demo/orders?count=" + count).exchange());
    }

    @Test
    void placesABatchInTheBackgroundUntilAllOfItIsConsumed() {
        var before = get("/demo/status");

        http.post().uri("/demo/orders?count=25").exchange().expectStatus().isAccepted();

        await().atMost(PATIENCE).untilAsserted(() -> {
            var status = get("/demo/status");
            assertThat(grown(before, status, "placed")).isGreaterThanOrEqualTo(25);
            assertThat(grown(before, status, "published")).isGreaterThanOrEqualTo(25);
            assertThat(status.get("demo").get("waiting").asInt()).isZero();
            assertThat(status.get("outbox").get("pending").asLong()).isZero();
            assertThat(status.get("latest").get(0).get("consumedMillis").isNull())
                    .isFalse();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/storefront.js", "/storefront.css"})
    void servesAPageThatAsksNobodyElse(String path) {
        var content = http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();

        assertThat(content).isNotBlank();
        assertThat(String.valueOf(content).replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http://", "https://", "//cdn");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/prometheus", "/actuator/outbox", "/actuator/deadletters"})
    void isObservable(String path) {
        http.get().uri(path).exchange().expectStatus().isOk();
    }

    private static RestTestClient client(int port) {
        return RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    private ResponseSpec place(String body) {
        return http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }

    private String placed(String customer) {
        var order = place("""
                {"customerId": "%s", "sku": "lamp", "quantity": 3}""".formatted(customer))
                .expectStatus()
                .isCreated()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody();
        return Objects.requireNonNull(order).get("orderId").asString();
    }

    private void found(String path) {
        http.get().uri(path).exchange().expectStatus().isOk();
    }

    private JsonNode get(String path) {
        return Json.get(http, path);
    }

    private List<JsonNode> summariesOf(String customer) {
        var summaries = new ArrayList<JsonNode>();
        get("/order-summaries?customerId=" + customer).forEach(summaries::add);
        return summaries;
    }

    private static long grown(JsonNode before, JsonNode after, String count) {
        return after.get(count).asLong() - before.get(count).asLong();
    }

    private static JsonNode badRequest(ResponseSpec response) {
        return Objects.requireNonNull(response.expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody());
    }

    private static List<String> fields(JsonNode errors) {
        var fields = new ArrayList<String>();
        errors.forEach(error -> fields.add(error.get("field").asString()));
        return fields;
    }

    private static OrderPlaced event(String customer) {
        return new OrderPlaced(UUID.randomUUID(), customer, "lamp", 1, Instant.parse("2026-01-01T00:00:00Z"));
    }

    private List<DeadLetter> lettersOf(String key) {
        return deadLetters.list(
                DeadLetterQuery.all().withSource("order-summaries").withKey(key));
    }

    private DeadLetter letterOf(String key) {
        assertThat(lettersOf(key)).hasSize(1);
        return lettersOf(key).get(0);
    }

    private void operate(DeadLetter letter, String action, Map<String, String> body) {
        http.post()
                .uri("/actuator/deadletters/" + letter.id() + "/" + action)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.letters")
                .isEqualTo(1);
    }

    private void deliver(OrderPlaced event, String eventId) {
        deliver(event.orderId().toString(), mapper.writeValueAsString(event), eventId);
    }

    private void deliver(String key, String value, String eventId) {
        var record = new ProducerRecord<>("orders", 0, key, value);
        record.headers().add("event-id", bytes(eventId)).add("event-type", bytes("order-placed"));
        kafka.send(record).join();
    }

    private ConsumerRecord<String, String> recordOf(String orderId) {
        var found = new ArrayList<ConsumerRecord<String, String>>();
        try (var consumer = consumers.createConsumer("storefront-test-" + orderId, null)) {
            consumer.subscribe(List.of("orders"));
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (orderId.equals(record.key())) {
                        found.add(record);
                    }
                });
                return !found.isEmpty();
            });
        }
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static @Nullable String header(ConsumerRecord<?, ?> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
