package io.micropatterns.outbox.debezium;

import io.micropatterns.test.architecture.ConfigurationMetadata;
import io.micropatterns.test.architecture.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {

    @TestFactory
    Stream<DynamicTest> keepsTheRulesOfTheHouse() {
        return HouseRules.of("io.micropatterns.outbox.debezium")
                .adapter(8)
                .autoconfigure(2)
                .using("io.micropatterns.core")
                .using("io.micropatterns.outbox")
                .using("io.micropatterns.outbox.cdc")
                .using("io.micropatterns.outbox.codec")
                .tests();
    }

    @Test
    void describesEveryProperty() {
        ConfigurationMetadata.of("patterns.outbox.debezium").check(1);
    }
}
