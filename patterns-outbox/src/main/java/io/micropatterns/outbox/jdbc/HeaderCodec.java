package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.OutboxHeaders;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
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

    /** The headers, or {@link OutboxHeaders#UNREADABLE} alone where others than the library have written the row. */
    Map<String, String> decode(@Nullable String text) {
        if (text == null) {
            return Map.of();
        }
        try {
            Map<String, String> headers = reader.readValue(text);
            return headers == null || headers.containsValue(null) ? unreadable(text) : headers;
        } catch (JacksonException e) {
            return unreadable(text);
        }
    }

    private static Map<String, String> unreadable(String text) {
        return Map.of(OutboxHeaders.UNREADABLE, text);
    }
}
