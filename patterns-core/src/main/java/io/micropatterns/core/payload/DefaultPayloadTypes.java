package io.micropatterns.core.payload;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** {@link PayloadTypes} over two maps; names that were not registered are cached with their class. */
final class DefaultPayloadTypes implements PayloadTypes {

    private final Map<Class<?>, String> names;
    private final Map<String, Class<?>> classes;

    // A ClassValue lives and dies with its class, so the cache needs no eviction rule.
    private final ClassValue<Optional<String>> ownNames = new ClassValue<>() {
        @Override
        protected Optional<String> computeValue(Class<?> type) {
            return ownName(type);
        }
    };

    private DefaultPayloadTypes(Map<Class<?>, String> names, Map<String, Class<?>> classes) {
        this.names = Map.copyOf(names);
        this.classes = Map.copyOf(classes);
    }

    @Override
    public String nameOf(Class<?> type) {
        String registered = names.get(type);
        return registered != null
                ? registered
                : ownNames.get(type).orElseThrow(() -> new PayloadException(type.getName(), howToName(type), null));
    }

    @Override
    public boolean isNamed(Class<?> type) {
        return names.containsKey(type) || ownNames.get(type).isPresent();
    }

    @Override
    public Class<?> classOf(String name) {
        Class<?> type = classes.get(name);
        if (type == null) {
            throw new UnknownPayloadTypeException(name);
        }
        return type;
    }

    @Override
    public boolean isKnown(String name) {
        return classes.containsKey(name);
    }

    private static Optional<String> ownName(Class<?> type) {
        PayloadType annotation = type.getDeclaredAnnotation(PayloadType.class);
        if (annotation != null) {
            return Optional.of(requireName(annotation.value()));
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return Optional.of(STRING);
        }
        return type == byte[].class ? Optional.of(BYTES) : Optional.empty();
    }

    private static String howToName(Class<?> type) {
        String problem = "Class " + type.getName() + " has no logical name to travel under";
        if (type.isAnonymousClass() || type.isHidden()) {
            return problem + ": use a named class, annotated with @PayloadType";
        }
        String suggestion = kebabCase(type.getSimpleName());
        return problem + ". Annotate it with @PayloadType(\"" + suggestion
                + "\"), or register it with PayloadTypes.builder().register(\"" + suggestion + "\", "
                + type.getSimpleName() + ".class), in a Spring Boot application by a PayloadTypesCustomizer bean.";
    }

    private static String kebabCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", "$1$3-$2$4")
                .replace('_', '-')
                .toLowerCase(Locale.ROOT);
    }

    private static String requireName(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        return name;
    }

    /** Collects registrations, refusing each contradiction as it is made. */
    static final class Builder implements PayloadTypes.Builder {

        private final Map<Class<?>, String> names = new LinkedHashMap<>();
        private final Map<String, Class<?>> classes = new HashMap<>();

        @Override
        public PayloadTypes.Builder register(String name, Class<?> type, String... aliases) {
            Objects.requireNonNull(type, "type");
            String former = names.putIfAbsent(type, requireName(name));
            if (former != null && !former.equals(name)) {
                throw new IllegalArgumentException("Class " + type.getName() + " is registered as '" + former
                        + "', so it cannot be '" + name + "' too; give further names as aliases");
            }
            read(name, type);
            for (String alias : aliases) {
                read(requireName(alias), type);
            }
            return this;
        }

        @Override
        public PayloadTypes.Builder register(Class<?>... types) {
            for (Class<?> type : types) {
                PayloadType annotation = type.getDeclaredAnnotation(PayloadType.class);
                if (annotation == null) {
                    throw new IllegalArgumentException(howToName(type));
                }
                register(annotation.value(), type, annotation.aliases());
            }
            return this;
        }

        @Override
        public PayloadTypes build() {
            return new DefaultPayloadTypes(names, classes);
        }

        private void read(String name, Class<?> type) {
            Class<?> former = classes.putIfAbsent(name, type);
            if (former != null && former != type) {
                throw new IllegalArgumentException("Payload type '" + name + "' is registered for " + former.getName()
                        + ", so it cannot name " + type.getName() + " too");
            }
        }
    }
}
