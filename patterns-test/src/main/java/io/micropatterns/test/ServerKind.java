package io.micropatterns.test;

/**
 * Where a test server comes from.
 */
public enum ServerKind {

    /**
     * A server that somebody else runs, named by configuration. It is neither stopped nor reconfigured.
     */
    EXTERNAL,

    /**
     * A container started through Testcontainers.
     */
    CONTAINER,

    /**
     * A server started from this JVM without any container engine. Supports every operation of the test kit.
     */
    EMBEDDED
}
