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
                .face(33)
                .room("cdc", 12)
                .room("codec", 2)
                .adapter("jdbc", 17)
                .adapter("observation", 3)
                .adapter("kafka", 9)
                .adapter("relay", 20)
                .adapter("spring", 3)
                .adapter("wal", 4)
                .autoconfigure(15)
                .using("io.micropatterns.core")
                .tests();
    }

    @Test
    void describesEveryProperty() {
        ConfigurationMetadata.of("patterns.outbox").check(38);
    }
}
