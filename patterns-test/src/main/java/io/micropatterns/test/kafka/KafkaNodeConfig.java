package io.micropatterns.test.kafka;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
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

    private static final String BROKER_PREFIX = "broker.";

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

    /** The text form, which {@link #parse(String)} reads. */
    String toText() {
        Properties all = new Properties();
        all.setProperty("id", Integer.toString(id));
        all.setProperty("clusterId", clusterId);
        all.setProperty("directory", directory.toString());
        all.setProperty("port", Integer.toString(port));
        all.setProperty("advertisedPort", Integer.toString(advertisedPort));
        all.setProperty("internalPort", Integer.toString(internalPort));
        all.setProperty("controllerPort", Integer.toString(controllerPort));
        brokerProperties.forEach((name, value) -> all.setProperty(BROKER_PREFIX + name, value));
        StringWriter text = new StringWriter();
        try {
            all.store(text, null);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return text.toString();
    }

    static KafkaNodeConfig parse(String text) {
        Properties all = new Properties();
        try {
            all.load(new StringReader(text));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return new KafkaNodeConfig(
                Integer.parseInt(all.getProperty("id")),
                all.getProperty("clusterId"),
                Path.of(all.getProperty("directory")),
                Integer.parseInt(all.getProperty("port")),
                Integer.parseInt(all.getProperty("advertisedPort")),
                Integer.parseInt(all.getProperty("internalPort")),
                Integer.parseInt(all.getProperty("controllerPort")),
                all.stringPropertyNames().stream()
                        .filter(name -> name.startsWith(BROKER_PREFIX))
                        .collect(Collectors.toMap(name -> name.substring(BROKER_PREFIX.length()), all::getProperty)));
    }

    private static String address(String listener, int port) {
        return listener + "://127.0.0.1:" + port;
    }
}
