package io.micropatterns.core.payload;

/**
 * The logical names of payload classes. Immutable and thread-safe; never blocks.
 *
 * <p>A class is written under one name: the one it was registered with, else its {@link PayloadType} annotation's,
 * else its simple class name. It is read under each name that was registered for it.
 */
public interface PayloadTypes {

    /**
     * The name under which a class is written.
     *
     * @throws PayloadException when the class has no name of its own, as an anonymous class or a lambda has not
     */
    String nameOf(Class<?> type);

    /**
     * The class that is read under a name.
     *
     * @throws UnknownPayloadTypeException when no class was registered under it
     */
    Class<?> classOf(String name);

    /** Whether {@link #classOf} knows a name. */
    boolean isKnown(String name);

    /** Types without registrations: names come from annotations and simple class names. */
    static PayloadTypes unregistered() {
        return builder().build();
    }

    /** Starts a registry. */
    static Builder builder() {
        return new DefaultPayloadTypes.Builder();
    }

    /** Builds {@link PayloadTypes}. Not thread-safe. */
    interface Builder {

        /**
         * Registers a class that is written under {@code name} and read under {@code name} and each alias.
         *
         * @throws IllegalArgumentException when a name is blank or registered for another class, or the class is
         *     registered under another name
         */
        Builder register(String name, Class<?> type, String... aliases);

        /**
         * Registers classes under their {@link PayloadType} annotation's names, or their simple class names.
         *
         * @throws IllegalArgumentException as {@link #register(String, Class, String...)}
         */
        Builder register(Class<?>... types);

        /** The registry; the builder can be used further without affecting it. */
        PayloadTypes build();
    }
}
