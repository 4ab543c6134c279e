package io.micropatterns.test.kafka;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one node of a cluster needs to know.
 *
 * @param id the node's id, 1 for the controller
 * @param clusterId the cluster's id
 * @param directory where the node keeps its logs
 * @param port the port for clients
 * @param advertisedPort the port that clients are told to use
 * @param internalPort the port for brokers, which do not go through what stands before the clients' port
 * @param controllerPort the port of the cluster's controller
 * @param brokerProperties further broker properties
 */
record KafkaNodeConfig(
        int id,
        String clusterId,
        Path directory,
        int port,
        int advertisedPort,
        int internalPort,
        int controllerPort,
        Map<String, String> brokerProperties) {

    static final String CONTROLLER_LISTENER = "CONTROLLER";

    static final int CONTROLLER_ID = 1;

    private static final String CLIENT_LISTENER = "CLIENTS";

    private static final String INTERNAL_LISTENER = "INTERNAL";

    boolean controller() {
        return id == CONTROLLER_ID;
    }

    Map<String, String> properties() {
        String internal = address(INTERNAL_LISTENER, internalPort);
        String broker = address(CLIENT_LISTENER, port) + "," + internal;
        Map<String, String> all = new LinkedHashMap<>();
        all.put("node.id", Integer.toString(id));
        all.put("process.roles", controller() ? "broker,controller" : "broker");
        all.put("listeners", controller() ? broker + "," + address(CONTROLLER_LISTENER, controllerPort) : broker);
        all.put("advertised.listeners", address(CLIENT_LISTENER, advertisedPort) + "," + internal);
        all.put(
                "listener.security.protocol.map",
                Stream.of(CLIENT_LISTENER, INTERNAL_LISTENER, CONTROLLER_LISTENER)
                        .map(listener -> listener + ":PLAINTEXT")
                        .collect(Collectors.joining(",")));
        all.put("inter.broker.listener.name", INTERNAL_LISTENER);
        all.put("controller.listener.names", CONTROLLER_LISTENER);
        all.put("controller.quorum.voters", CONTROLLER_ID + "@127.0.0.1:" + controllerPort);
        all.put("log.dirs", directory.toString());
        // The defaults are made for clusters of many nodes that fail over slowly.
        all.put("controller.quorum.election.timeout.ms", "200");
        all.put("controller.quorum.election.backoff.max.ms", "100");
        all.put("broker.heartbeat.interval.ms", "500");
        all.put("controlled.shutdown.max.retries", "1");
        all.putAll(brokerProperties);
        return all;
    }

    private static String address(String listener, int port) {
        return listener + "://127.0.0.1:" + port;
    }
}
