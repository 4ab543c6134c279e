package io.micropatterns.test.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * One broker inside the JVM, which may also be the cluster's controller. Built out of the same parts as Kafka's own
 * main class, except that a fatal fault is logged and does not halt the JVM.
 */
final class KafkaNode {

    private static final Logger logger = LoggerFactory.getLogger(KafkaNode.class);

    private final KafkaNodeConfig config;

    private @Nullable BrokerServer broker;

    private @Nullable ControllerServer controller;

    KafkaNode(KafkaNodeConfig config) {
        this.config = config;
    }

    /**
     * Starts the node. Blocks until the broker is part of its cluster.
     */
    void start() {
        format();
        KafkaConfig kafkaConfig = new KafkaConfig(config.properties(), false);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> directories =
                KafkaRaftServer.initializeLogDirs(kafkaConfig, logger, "");
        QuorumConfig quorum = kafkaConfig.quorumConfig();
        SharedServer shared = new SharedServer(
                kafkaConfig,
                directories._1(),
                Time.SYSTEM,
                new Metrics(),
                CompletableFuture.completedFuture(QuorumConfig.parseVoterConnections(quorum.voters())),
                QuorumConfig.parseBootstrapServers(quorum.bootstrapServers()),
                (name, fatal, action) -> new LoggingFaultHandler(name, action),
                ServerSocketFactory.INSTANCE);
        broker = new BrokerServer(shared);
        if (config.controller()) {
            controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), directories._2());
            controller.startup();
        }
        broker.startup();
    }

    /**
     * Stops the node in order. Does nothing when it does not run.
     */
    void stop() {
        if (broker != null) {
            broker.shutdown();
            broker.awaitShutdown();
            broker = null;
        }
        if (controller != null) {
            controller.shutdown();
            controller.awaitShutdown();
            controller = null;
        }
    }

    private void format() {
        Path directory = config.directory();
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            Files.createDirectories(directory);
            new Formatter()
                    .setPrintStream(nowhere)
                    .setNodeId(config.id())
                    .setClusterId(config.clusterId())
                    .setDirectories(List.of(directory.toString()))
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName(KafkaNodeConfig.CONTROLLER_LISTENER)
                    .run();
        } catch (IOException ex) {
            throw new KafkaServerException("Cannot create the log directory " + directory, ex);
        } catch (Exception ex) {
            throw new KafkaServerException("Cannot format the log directory " + directory, ex);
        }
    }
}
