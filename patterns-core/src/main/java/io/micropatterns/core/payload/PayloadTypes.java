package io.micropatterns.core.payload;

/**
 * The logical names of payload classes. Immutable and thread-safe; never blocks.
 *
 * <p>A class is written under one name: the one it was registered with, else its {@link PayloadType} annotation's.
 * Text is {@value #STRING} and a {@code byte[]} is {@value #BYTES} unless registered otherwise. Any other class has no
 * name: class names change, and what was written under one could no longer be read. A class is read under each name
 * that was registered for it.
 */
public interface PayloadTypes {

    /** The name of text, {@value}. */
    String STRING = "string";

    /** The name of bytes, {@value}. */
    String BYTES = "bytes";

    /**
     * The name under which a class is written.
     *
     * @throws PayloadException when the class has none; the message says how to give it one
     */
    String nameOf(Class<?> type);

    /** Whether {@link #nameOf} knows a name for a class. */
    boolean isNamed(Class<?> type);

    /**
     * The class that is read under a name.
     *
     * @throws UnknownPayloadTypeException when no class was registered under it
     */
    Class<?> classOf(String name);

    /** Whether {@link #classOf} knows a name. */
    boolean isKnown(String name);

    /** Types without registrations: names come from annotations. */
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
         * Registers classes under their {@link PayloadType} annotation's names.
         *
         * @throws IllegalArgumentException as {@link #register(String, Class, String...)}, and when a class has no such
         *     annotation
         */
        Builder register(Class<?>... types);

        /** The registry; the builder can be used further without affecting it. */
        PayloadTypes build();
    }
}
