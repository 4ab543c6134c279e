package io.micropatterns.batch;

import io.micropatterns.test.architecture.ConfigurationMetadata;
import io.micropatterns.test.architecture.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {

    @TestFactory
    Stream<DynamicTest> keepsTheRulesOfTheHouse() {
        return HouseRules.of("io.micropatterns.batch")
                .face(25)
                .autoconfigure(4)
                .using("io.micropatterns.core")
                .tests();
    }

    @Test
    void describesEveryProperty() {
        ConfigurationMetadata.of("patterns.batch").check(9);
    }
}
