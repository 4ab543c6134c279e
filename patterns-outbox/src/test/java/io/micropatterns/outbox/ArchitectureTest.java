package io.micropatterns.outbox;

import io.micropatterns.test.architecture.ConfigurationMetadata;
import io.micropatterns.test.architecture.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {

    @TestFactory
    Stream<DynamicTest> keepsTheRulesOfTheHouse() {
        return HouseRules.of("io.micropatterns.outbox")
                .face(32)
                .adapter("jdbc", 13)
                .adapter("observation", 3)
                .adapter("kafka", 9)
                .adapter("relay", 12)
                .adapter("spring", 3)
                .autoconfigure(11)
                .using("io.micropatterns.core")
                .tests();
    }

    @Test
    void describesEveryProperty() {
        ConfigurationMetadata.of("patterns.outbox").check(28);
    }
}
