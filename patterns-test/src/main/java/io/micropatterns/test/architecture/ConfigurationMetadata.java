package io.micropatterns.test.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonParserFactory;

/**
 * The configuration properties that a module's generated metadata describes, as editors show them.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class ConfigurationMetadata {

    private static final String LOCATION = "META-INF/spring-configuration-metadata.json";

    private static final Pattern KEBAB_CASE = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");

    private final String prefix;

    private final Map<String, Map<?, ?>> properties;

    private ConfigurationMetadata(String prefix, Map<String, Map<?, ?>> properties) {
        this.prefix = prefix;
        this.properties = properties;
    }

    /**
     * Reads the metadata of every property below the prefix, such as {@code patterns.outbox}, from the class path.
     *
     * @throws UncheckedIOException when the metadata cannot be read
     */
    public static ConfigurationMetadata of(String prefix) {
        Map<String, Map<?, ?>> properties = new TreeMap<>();
        try {
            for (URL url : Collections.list(classLoader().getResources(LOCATION))) {
                read(url, prefix + ".", properties);
            }
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot read " + LOCATION, ex);
        }
        return new ConfigurationMetadata(prefix, properties);
    }

    /** The names of the properties, in their alphabetical order. */
    public List<String> names() {
        return List.copyOf(properties.keySet());
    }

    /**
     * Checks that the metadata lists at least so many properties, and that each has a type, a description that is a
     * sentence, and a name in kebab case.
     *
     * @throws AssertionError naming every property that fails
     */
    public void check(int minimum) {
        List<String> failures = new ArrayList<>();
        if (properties.size() < minimum) {
            failures.add(properties.size() + " properties below " + prefix + " where " + minimum + " are expected");
        }
        properties.forEach((name, property) -> {
            if (!KEBAB_CASE.matcher(name).matches()) {
                failures.add(name + " is not in kebab case");
            }
            if (text(property, "type").isBlank()) {
                failures.add(name + " has no type");
            }
            if (!text(property, "description").endsWith(".")) {
                failures.add(name + " has no description, or one that does not end with a full stop");
            }
        });
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join(System.lineSeparator(), failures));
        }
    }

    private static void read(URL url, String prefix, Map<String, Map<?, ?>> into) throws IOException {
        try (InputStream in = url.openStream()) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Object listed = JsonParserFactory.getJsonParser().parseMap(json).get("properties");
            for (Object element : listed instanceof List<?> list ? list : List.of()) {
                if (element instanceof Map<?, ?> property
                        && text(property, "name").startsWith(prefix)) {
                    into.put(text(property, "name"), property);
                }
            }
        }
    }

    private static String text(Map<?, ?> property, String key) {
        @Nullable Object value = property.get(key);
        return value == null ? "" : value.toString().strip();
    }

    private static ClassLoader classLoader() {
        return Objects.requireNonNull(ConfigurationMetadata.class.getClassLoader());
    }
}
