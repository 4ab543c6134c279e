package io.micropatterns.example.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;

/** The same application with its events relayed in other ways: by a property. */
class RelayTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @CsvSource({"wal, table", "debezium, wal"})
    void ordersArriveByTheDatabasesLog(String relay, String storage) {
        try (ConfigurableApplicationContext application = SpringApplication.run(
                QuickstartApplication.class,
                "--server.port=0",
                "--patterns.outbox.relay=" + relay,
                "--patterns.outbox.storage=" + storage)) {
            RestTestClient http = RestTestClient.bindToServer()
                    .baseUrl("http://localhost:" + application.getEnvironment().getProperty("local.server.port"))
                    .build();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Json.get(http, "/actuator/health")
                                    .at("/components/outbox/details/cdc/streaming")
                                    .asBoolean())
                            .isTrue());
            http.post().uri("/demo/orders?count=100").exchange().expectStatus().isAccepted();

            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode status = Json.get(http, "/demo/status");
                assertThat(status.get("placed").asLong()).isEqualTo(100);
                assertThat(status.get("published").asLong()).isEqualTo(100);
                assertThat(status.get("consumed").asLong()).isEqualTo(100);
            });
        }
    }
}
