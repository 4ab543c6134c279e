package io.micropatterns.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class HouseRulesTest {

    private static final String FLAWED = "io.micropatterns.test.architecture.flawed";

    private static final JavaClasses CLASSES = new ClassFileImporter().importPackages(FLAWED);

    @Test
    void everyRuleFailsForAModuleThatBreaksIt() {
        List<String> kept = rules(1).tests(CLASSES)
                .filter(HouseRulesTest::passes)
                .map(DynamicTest::getDisplayName)
                .toList();

        assertThat(kept)
                .containsExactlyInAnyOrder(
                        FLAWED + ".kafka imports no other adapter",
                        "the face imports no driver",
                        "no field is injected with @Value",
                        "no field is injected with @Resource",
                        "no field is injected with @Inject",
                        "no java.util.logging");
    }

    @Test
    void namesRoomsWithTooFewClassesAndRoomsThatAreNotDeclared() {
        DynamicTest count = rules(2).tests(CLASSES).findFirst().orElseThrow();

        assertThatThrownBy(count.getExecutable()::execute)
                .hasMessageContaining(FLAWED + ".kafka holds 1 classes where 2 are expected")
                .hasMessageContaining(FLAWED + ".stray is declared as no room")
                .hasMessageNotContaining(FLAWED + ".jdbc");
    }

    @Test
    void refusesARoomThatMayBeEmpty() {
        assertThatThrownBy(() -> rules(0)).hasMessageContaining(FLAWED + ".kafka");
        assertThatThrownBy(() -> HouseRules.of(FLAWED).tests(CLASSES)).hasMessageContaining("Declare the rooms");
    }

    @TestFactory
    Stream<DynamicTest> aRoomThatKeepsTheRulesPasses() {
        return HouseRules.of(FLAWED + ".kafka")
                .face(1)
                .tests(new ClassFileImporter().importPackages(FLAWED + ".kafka"));
    }

    private static HouseRules rules(int kafka) {
        return HouseRules.of(FLAWED)
                .face(1)
                .adapter("jdbc", 1)
                .adapter("kafka", kafka)
                .autoconfigure(1);
    }

    private static boolean passes(DynamicTest test) {
        try {
            test.getExecutable().execute();
            return true;
        } catch (AssertionError ex) {
            return false;
        } catch (Throwable ex) {
            throw new IllegalStateException(ex);
        }
    }
}
