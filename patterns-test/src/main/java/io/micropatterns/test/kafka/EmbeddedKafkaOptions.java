package io.micropatterns.test.kafka;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an embedded cluster is to be like.
 *
 * @param brokers how many brokers
 * @param ownProcess whether they run in a JVM of their own
 * @param port the first broker's port, 0 for a free one
 * @param advertisedPort the port that clients are told to use, 0 for the broker's own
 * @param dataDirectory where the data stays, {@code null} when it goes with the cluster
 * @param brokerProperties further broker properties
 */
record EmbeddedKafkaOptions(
        int brokers,
        boolean ownProcess,
        int port,
        int advertisedPort,
        @Nullable Path dataDirectory,
        Map<String, String> brokerProperties) {}
