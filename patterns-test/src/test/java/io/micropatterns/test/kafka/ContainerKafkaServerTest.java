package io.micropatterns.test.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.ServerSettings;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ContainerKafkaServerTest {

    @Test
    void runsInAContainer() throws Exception {
        assumeTrue(ServerSettings.dockerAnswers(), "No Docker engine answers");
        try (KafkaServer server = start();
                KafkaProducer<String, String> producer = EmbeddedKafkaServerTest.producer(server, Map.of())) {
            assertThat(server.kind()).isEqualTo(ServerKind.CONTAINER);
            server.createTopic("contained", 1);
            producer.send(new ProducerRecord<>("contained", "value")).get(30, TimeUnit.SECONDS);
            assertThat(EmbeddedKafkaServerTest.read(server, "contained", 0, 1)).containsExactly("value");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(server::stop)
                    .withMessageContaining("embedded()");
        }
    }

    private static KafkaServer start() {
        try {
            return ContainerKafkaServer.start(Map.of());
        } catch (KafkaServerException ex) {
            if (ex.getCause() instanceof IllegalStateException cause
                    && String.valueOf(cause.getMessage()).contains("cannot be pulled")) {
                Assumptions.abort(
                        "The image cannot be fetched: " + ex.getCause().getMessage());
            }
            throw ex;
        }
    }
}
