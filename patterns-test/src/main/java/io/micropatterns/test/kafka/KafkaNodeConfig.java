package io.micropatterns.test.kafka;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one node of a cluster needs to know.
 *
 * @param id the node's id, 1 for the controller
 * @param clusterId the cluster's id
 * @param directory where the node keeps its logs
 * @param port the port for clients and other brokers
 * @param controllerPort the port of the cluster's controller
 * @param brokerProperties further broker properties
 */
record KafkaNodeConfig(
        int id,
        String clusterId,
        Path directory,
        int port,
        int controllerPort,
        Map<String, String> brokerProperties) {

    static final String CONTROLLER_LISTENER = "CONTROLLER";

    static final int CONTROLLER_ID = 1;

    boolean controller() {
        return id == CONTROLLER_ID;
    }

    Map<String, String> properties() {
        String clients = "CLIENTS://127.0.0.1:" + port;
        String control = CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort;
        Map<String, String> all = new LinkedHashMap<>();
        all.put("node.id", Integer.toString(id));
        all.put("process.roles", controller() ? "broker,controller" : "broker");
        all.put("listeners", controller() ? clients + "," + control : clients);
        all.put("advertised.listeners", clients);
        all.put("listener.security.protocol.map", "CLIENTS:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        all.put("inter.broker.listener.name", "CLIENTS");
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
}
