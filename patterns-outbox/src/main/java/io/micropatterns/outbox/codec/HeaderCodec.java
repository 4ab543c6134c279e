package io.micropatterns.outbox.codec;

import io.micropatterns.core.payload.Payload;
import io.micropatterns.outbox.OutboxHeaders;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Record headers as a JSON object in a text column. Thread-safe. */
public final class HeaderCodec {

    private static final TypeReference<Map<String, String>> TYPE = new TypeReference<>() {};

    /** What every event has that carries no trace. */
    private static final Map<String, String> JUST_JSON = Map.of(OutboxHeaders.CONTENT_TYPE, Payload.JSON);

    private final String justJson;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    /** With a mapper of its own. */
    public HeaderCodec() {
        JsonMapper mapper = JsonMapper.builder().build();
        this.reader = mapper.readerFor(TYPE);
        this.writer = mapper.writerFor(TYPE);
        this.justJson = writer.writeValueAsString(JUST_JSON);
    }

    /** The text, or {@code null} for no headers. */
    public @Nullable String encode(Map<String, String> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        return headers.equals(JUST_JSON) ? justJson : writer.writeValueAsString(headers);
    }

    /** The headers, or {@link OutboxHeaders#UNREADABLE} alone where others than the library have written the row. */
    public Map<String, String> decode(@Nullable String text) {
        if (text == null) {
            return Map.of();
        }
        if (text.equals(justJson)) {
            return JUST_JSON;
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
