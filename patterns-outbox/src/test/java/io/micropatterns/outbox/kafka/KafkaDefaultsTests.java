package io.micropatterns.outbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaDefaultsTests {

    @ParameterizedTest
    @CsvSource({
        ", , , 30000",
        "30000, , , 30000",
        "30000, 5, , 30005",
        "45000, 100, , 45100",
        "45000, 100, 60000, 60000"
    })
    void theDeliveryTimeoutCoversWhatTheUserSetsUnlessItIsSetToo(
            String request, String linger, String delivery, int expected) {
        Map<String, Object> user = new java.util.HashMap<>();
        user.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, request);
        user.put(ProducerConfig.LINGER_MS_CONFIG, linger);
        user.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, delivery);
        user.values().removeIf(value -> value == null);

        Object timeout = KafkaDefaults.producer(user, true).get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
        assertThat(Integer.parseInt(timeout.toString())).isEqualTo(expected);
    }
}
