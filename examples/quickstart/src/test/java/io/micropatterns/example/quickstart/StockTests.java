package io.micropatterns.example.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.example.quickstart.order.NewOrder;
import io.micropatterns.example.quickstart.order.OrderService;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** What the storefront sells, and never twice. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"spring.datasource.hikari.connection-timeout=60000", "patterns.escrow.lock-timeout=30s"})
class StockTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final OrderService orders;
    private final Escrow escrow;
    private final EscrowResources resources;
    private final TransactionOperations transaction;
    private final JdbcClient jdbc;
    private final JdbcConnectionDetails database;
    private final KafkaConnectionDetails broker;
    private final RestTestClient http;
    private final String sku = "item-" + UUID.randomUUID();

    StockTests(
            @Autowired OrderService orders,
            @Autowired Escrow escrow,
            @Autowired EscrowResources resources,
            @Autowired TransactionOperations transaction,
            @Autowired JdbcClient jdbc,
            @Autowired JdbcConnectionDetails database,
            @Autowired KafkaConnectionDetails broker,
            @LocalServerPort int port) {
        this.orders = orders;
        this.escrow = escrow;
        this.resources = resources;
        this.transaction = transaction;
        this.jdbc = jdbc;
        this.database = database;
        this.broker = broker;
        this.http = client(port);
    }

    @Test
    void anOrderHoldsItsItems() {
        resources.create(sku, 10);

        var order = body(place(3), HttpStatus.CREATED);

        assertStock(7, 3, 0);
        assertThat(Instant.parse(order.get("heldUntil").asString()))
                .isAfter(Instant.parse(order.get("placedAt").asString()));
        assertThat(order.get("paidAt").isNull()).isTrue();
    }

    @Test
    void aPaymentSellsWhatIsHeldAndIsAnsweredTheSameWhenRepeated() {
        resources.create(sku, 10);
        var order = body(place(3), HttpStatus.CREATED);

        var paid = body(pay(order), HttpStatus.OK);

        assertStock(7, 0, 3);
        assertThat(paid.get("orderId")).isEqualTo(order.get("orderId"));
        assertThat(paid.get("paidAt").isNull()).isFalse();
        assertThat(body(pay(order), HttpStatus.OK)).isEqualTo(paid);
        assertThat(get("/orders/" + order.get("orderId").asString())).isEqualTo(paid);
        assertStock(7, 0, 3);
    }

    @Test
    void paymentsOfOneOrderAtTheSameTimeAreAnsweredTheSame() {
        resources.create(sku, 10);
        var order = body(place(3), HttpStatus.CREATED);

        var buyers = Executors.newFixedThreadPool(8);
        var payments = Stream.generate(() -> CompletableFuture.supplyAsync(() -> pay(order), buyers))
                .limit(8)
                .toList();
        var answers = payments.stream()
                .map(payment -> body(payment.join(), HttpStatus.OK))
                .toList();
        buyers.shutdown();

        assertThat(answers).containsOnly(get("/orders/" + order.get("orderId").asString()));
        assertStock(7, 0, 3);
    }

    @Test
    void aPaymentThatIsTooLateIsRefusedAndTheItemsAreAvailableAgain() {
        resources.create(sku, 10);
        var order = body(place(3), HttpStatus.CREATED);
        var reservation = reservationOf(order);
        escrow.extend(reservation, Duration.ofMillis(1));
        await().atMost(PATIENCE)
                .until(() -> escrow.find(reservation).orElseThrow().state() == ReservationState.EXPIRED);

        var problem = problem(pay(order), HttpStatus.CONFLICT);

        assertThat(problem.get("type").asString()).isEqualTo("urn:problem-type:hold-expired");
        assertThat(Instant.parse(problem.get("expiredAt").asString())).isBeforeOrEqualTo(Instant.now());
        assertThat(get("/orders/" + order.get("orderId").asString())
                        .get("paidAt")
                        .isNull())
                .isTrue();
        assertStock(10, 0, 0);
    }

    @Test
    void answersThePaymentOfAnUnknownOrderWithAProblem() {
        problem(http.post().uri("/orders/" + UUID.randomUUID() + "/payment").exchange(), HttpStatus.NOT_FOUND);
    }

    @Test
    void refusesMoreThanThereIsAndSaysHowMuchThereIs() {
        resources.create(sku, 10);
        body(place(8), HttpStatus.CREATED);

        var problem = problem(place(3), HttpStatus.CONFLICT);

        assertThat(problem.get("type").asString()).isEqualTo("urn:problem-type:out-of-stock");
        assertThat(problem.get("title").asString()).isEqualTo("Out of stock");
        assertThat(problem.get("status").asInt()).isEqualTo(409);
        assertThat(problem.get("detail").asString()).contains(sku);
        assertThat(problem.get("sku").asString()).isEqualTo(sku);
        assertThat(problem.get("requested").asLong()).isEqualTo(3);
        assertThat(problem.get("available").asLong()).isEqualTo(2);
        assertStock(2, 8, 0);
        assertThat(ordersOfTheItem()).isOne();
    }

    @Test
    void refusesAnItemThatIsNotSoldHere() {
        var errors = problem(place(1), HttpStatus.BAD_REQUEST).get("errors");

        assertThat(errors).hasSize(1);
        assertThat(errors.get(0).get("field").asString()).isEqualTo("sku");
    }

    @Test
    void anOrderThatIsRolledBackHoldsNothing() {
        resources.create(sku, 10);

        transaction.executeWithoutResult(status -> {
            orders.place(new NewOrder("ada", sku, 4));
            status.setRollbackOnly();
        });

        assertStock(10, 0, 0);
        assertThat(ordersOfTheItem()).isZero();
    }

    @Test
    void aPaymentThatIsRolledBackSellsNothing() {
        resources.create(sku, 10);
        var orderId = orders.place(new NewOrder("ada", sku, 4)).orderId();

        transaction.executeWithoutResult(status -> {
            orders.pay(orderId);
            status.setRollbackOnly();
        });

        assertStock(6, 4, 0);
        assertThat(orders.find(orderId).orElseThrow().paidAt()).isNull();
    }

    @Test
    void listsItsItems() {
        assertThat(get("/stock"))
                .extracting(item -> item.get("sku").asString())
                .contains("coffee", "gramophone", "kettle", "lamp", "notebook", "pencil", "teapot");
    }

    @Test
    void sellsExactlyAHundredToFiveHundredWhoComeAtOnce() {
        var drilled = startDrill(http);

        var drill = ended(http, drilled);

        assertSoldOut(drill);
        assertThat(get("/stock")).extracting(item -> item.get("sku").asString()).doesNotContain(drilled);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get("/demo/status")
                                .get("drill")
                                .get("summaries")
                                .asInt())
                        .isEqualTo(100));
        // Exactly those that were placed and paid for, each once.
        assertThat(jdbc.sql("""
                SELECT count(*) FROM orders o FULL JOIN order_summaries s USING (order_id)
                WHERE (o.sku = :sku OR s.sku = :sku) AND o.paid_at IS NOT NULL AND s.times_applied = 1
                """).param("sku", drilled).query(Integer.class).single())
                .isEqualTo(100);
        assertThat(jdbc.sql("SELECT count(*) FROM orders WHERE sku = ?")
                        .param(drilled)
                        .query(Integer.class)
                        .single())
                .isEqualTo(100);
    }

    @Test
    void anotherInstanceShowsTheDrillAndRunsItsOwn() {
        try (var application = SpringApplication.run(
                QuickstartApplication.class,
                "--server.port=0",
                "--spring.datasource.hikari.connection-timeout=60000",
                "--patterns.escrow.lock-timeout=30s",
                "--spring.datasource.url=" + database.getJdbcUrl(),
                "--spring.datasource.username=" + database.getUsername(),
                "--spring.datasource.password=" + Objects.requireNonNullElse(database.getPassword(), ""),
                "--spring.kafka.bootstrap-servers=" + String.join(",", broker.getBootstrapServers()))) {
            var other = client(application.getEnvironment().getRequiredProperty("local.server.port", Integer.class));

            var first = startDrill(http);
            var second = startDrill(other);

            // The latest one is shown, wherever it runs.
            assertSoldOut(ended(http, second));
            assertSoldOut(ended(other, second));
            await().atMost(PATIENCE).until(() -> hasEnded(first));
            assertThat(get("/stock/" + first).get("sold").asInt()).isEqualTo(100);
            assertThat(resources.verify()).isEmpty();
        }
    }

    private static RestTestClient client(int port) {
        return RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    private ResponseSpec place(int quantity) {
        return http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body("""
                        {"customerId": "ada", "sku": "%s", "quantity": %d}""".formatted(sku, quantity))
                .exchange();
    }

    private ResponseSpec pay(JsonNode order) {
        return http.post()
                .uri("/orders/" + order.get("orderId").asString() + "/payment")
                .exchange();
    }

    private JsonNode get(String path) {
        return Json.get(http, path);
    }

    private static JsonNode body(ResponseSpec response, HttpStatus status) {
        return Objects.requireNonNull(response.expectStatus()
                .isEqualTo(status)
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody());
    }

    private static JsonNode problem(ResponseSpec response, HttpStatus status) {
        response.expectHeader().contentType(MediaType.APPLICATION_PROBLEM_JSON);
        return body(response, status);
    }

    private void assertStock(long available, long held, long sold) {
        var stock = get("/stock/" + sku);
        assertThat(stock.get("available").asLong()).isEqualTo(available);
        assertThat(stock.get("held").asLong()).isEqualTo(held);
        assertThat(stock.get("sold").asLong()).isEqualTo(sold);
        assertThat(stock.get("total").asLong()).isEqualTo(available + held + sold);
    }

    private int ordersOfTheItem() {
        return jdbc.sql("SELECT count(*) FROM orders WHERE sku = ?")
                .param(sku)
                .query(Integer.class)
                .single();
    }

    private boolean hasEnded(String drilled) {
        return jdbc.sql("SELECT took_millis IS NOT NULL FROM drills WHERE sku = ?")
                .param(drilled)
                .query(Boolean.class)
                .single();
    }

    private UUID reservationOf(JsonNode order) {
        return jdbc.sql("SELECT reservation_id FROM orders WHERE order_id = ?::uuid")
                .param(order.get("orderId").asString())
                .query(UUID.class)
                .single();
    }

    private static String startDrill(RestTestClient instance) {
        return body(instance.post().uri("/demo/drills").exchange(), HttpStatus.ACCEPTED)
                .get("sku")
                .asString();
    }

    private static JsonNode ended(RestTestClient instance, String drilled) {
        return await().atMost(PATIENCE)
                .until(
                        () -> Json.get(instance, "/demo/status").get("drill"),
                        drill -> drill.at("/stock/sku").asString().equals(drilled)
                                && !drill.get("result").isNull());
    }

    private static void assertSoldOut(JsonNode drill) {
        assertThat(drill.get("buyers").asInt()).isEqualTo(500);
        assertThat(drill.at("/stock/total").asInt()).isEqualTo(100);
        assertThat(drill.at("/stock/sold").asInt()).isEqualTo(100);
        assertThat(drill.at("/stock/available").asInt()).isZero();
        assertThat(drill.at("/stock/held").asInt()).isZero();
        assertThat(drill.at("/result/refused").asInt()).isEqualTo(400);
        assertThat(drill.at("/result/failed").asInt()).isZero();
        assertThat(drill.at("/result/discrepancies").asInt()).isZero();
    }
}
