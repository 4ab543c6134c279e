package io.micropatterns.core.payload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * A serialised object. Give one where an object to serialise is asked for, and it goes as it is. The array is not
 * copied: treat it as immutable.
 *
 * @param type the logical name
 * @param contentType the media type of the data, as in {@value #JSON}
 * @param data the bytes; text is in UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, and large, so it is not copied
public record Payload(String type, String contentType, byte[] data) {

    /** JSON. */
    public static final String JSON = "application/json";

    /** Plain text in UTF-8. */
    public static final String TEXT = "text/plain";

    /** Bytes without further meaning. */
    public static final String BYTES = "application/octet-stream";

    public Payload {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(data, "data");
    }

    /** JSON that the caller has written already. */
    public static Payload json(String type, String json) {
        return new Payload(type, JSON, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Plain text. */
    public static Payload text(String type, String text) {
        return new Payload(type, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes. */
    public static Payload bytes(String type, byte[] data) {
        return new Payload(type, BYTES, data);
    }

    /** Whether the data is JSON, by its content type ({@code application/json} or {@code application/*+json}). */
    public boolean isJson() {
        String essence = essence();
        return essence.equals(JSON) || essence.endsWith("+json");
    }

    /** Whether the data is text other than JSON, by its content type ({@code text/*}). */
    public boolean isText() {
        return essence().startsWith("text/");
    }

    /** The data as UTF-8 text. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that
                && type.equals(that.type)
                && contentType.equals(that.contentType)
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, contentType, Arrays.hashCode(data));
    }

    /** Without the data, which may be personal. */
    @Override
    public String toString() {
        return "Payload[type=" + type + ", contentType=" + contentType + ", " + data.length + " bytes]";
    }

    private String essence() {
        int parameters = contentType.indexOf(';');
        return (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
