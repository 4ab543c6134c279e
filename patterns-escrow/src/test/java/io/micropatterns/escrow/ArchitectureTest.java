package io.micropatterns.escrow;

import io.micropatterns.test.architecture.ConfigurationMetadata;
import io.micropatterns.test.architecture.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {

    @TestFactory
    Stream<DynamicTest> keepsTheRulesOfTheHouse() {
        return HouseRules.of("io.micropatterns.escrow")
                .face(24)
                .adapter("jdbc", 10)
                .adapter("outbox", 1)
                .autoconfigure(9)
                .using("io.micropatterns.batch")
                .using("io.micropatterns.core")
                .using("io.micropatterns.outbox")
                .tests();
    }

    @Test
    void describesEveryProperty() {
        ConfigurationMetadata.of("patterns.escrow").check(21);
    }
}
