package io.micropatterns.core;

import io.micropatterns.test.architecture.ConfigurationMetadata;
import io.micropatterns.test.architecture.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {

    @TestFactory
    Stream<DynamicTest> keepsTheRulesOfTheHouse() {
        return HouseRules.of("io.micropatterns.core")
                .room("cursor", 7)
                .room("deadletter", 12)
                .room("inbox", 9)
                .room("jdbc", 1)
                .room("lease", 8)
                .room("method", 2)
                .room("payload", 10)
                .room("schema", 2)
                .room("trace", 4)
                .autoconfigure(16)
                .tests();
    }

    @Test
    void describesEveryProperty() {
        ConfigurationMetadata.of("patterns").check(8);
    }
}
