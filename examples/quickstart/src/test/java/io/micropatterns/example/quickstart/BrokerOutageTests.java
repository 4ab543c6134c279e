package io.micropatterns.example.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;

/** What the page tells while the broker is away. */
@Tag("fault")
@DirtiesContext
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrokerOutageTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final KafkaServer BROKER = KafkaServer.builder().embedded().start();

    private final RestTestClient http;

    BrokerOutageTests(@LocalServerPort int port) {
        http = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    @DynamicPropertySource
    static void broker(DynamicPropertyRegistry properties) {
        properties.add("spring.kafka.bootstrap-servers", BROKER::bootstrapServers);
    }

    @Test
    void ordersWaitWhileTheBrokerIsAwayAndArriveOnceItIsBack() {
        place(10);
        await().atMost(PATIENCE).untilAsserted(() -> assertCounts(10, 10, 0, 10));

        BROKER.stop();
        place(1000);
        await().atMost(PATIENCE).untilAsserted(() -> assertCounts(1010, 10, 1000, 10));

        BROKER.restart();
        await().atMost(PATIENCE).untilAsserted(() -> assertCounts(1010, 1010, 0, 1010));
    }

    private void place(int count) {
        http.post().uri("/demo/orders?count=" + count).exchange().expectStatus().isAccepted();
    }

    private void assertCounts(long placed, long published, long pending, long consumed) {
        JsonNode status = Json.get(http, "/demo/status");
        // Before anything else: neither may ever run ahead.
        assertThat(status.get("published").asLong()).isLessThanOrEqualTo(published);
        assertThat(status.get("placed").asLong()).isEqualTo(placed);
        assertThat(status.get("published").asLong()).isEqualTo(published);
        assertThat(status.get("outbox").get("pending").asLong()).isEqualTo(pending);
        assertThat(status.get("consumed").asLong()).isEqualTo(consumed);
    }
}
