package io.micropatterns.example.quickstart;

import java.util.Objects;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;

/** What the application answers. */
final class Json {

    private Json() {}

    /** The body found at a path. */
    static JsonNode get(RestTestClient http, String path) {
        return Objects.requireNonNull(http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody());
    }
}
