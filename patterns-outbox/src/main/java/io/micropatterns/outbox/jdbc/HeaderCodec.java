package io.micropatterns.outbox.jdbc;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Record headers as a JSON object in a text column. Thread-safe. */
final class HeaderCodec {

    private static final TypeReference<Map<String, String>> TYPE = new TypeReference<>() {};

    private final JsonMapper mapper = JsonMapper.builder().build();

    @Nullable
    String encode(Map<String, String> headers) {
        return headers.isEmpty() ? null : mapper.writeValueAsString(headers);
    }

    Map<String, String> decode(@Nullable String text) {
        return text == null ? Map.of() : mapper.readValue(text, TYPE);
    }
}
