package io.micropatterns.outbox.jdbc;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Record headers as a JSON object in a text column. Thread-safe. */
final class HeaderCodec {

    private static final TypeReference<Map<String, String>> TYPE = new TypeReference<>() {};

    private final ObjectReader reader;
    private final ObjectWriter writer;

    HeaderCodec() {
        JsonMapper mapper = JsonMapper.builder().build();
        this.reader = mapper.readerFor(TYPE);
        this.writer = mapper.writerFor(TYPE);
    }

    @Nullable
    String encode(Map<String, String> headers) {
        return headers.isEmpty() ? null : writer.writeValueAsString(headers);
    }

    Map<String, String> decode(@Nullable String text) {
        return text == null ? Map.of() : reader.readValue(text);
    }
}
