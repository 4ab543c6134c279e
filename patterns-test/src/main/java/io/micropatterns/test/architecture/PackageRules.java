package io.micropatterns.test.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;

/** Which package may import which. */
final class PackageRules {

    private static final String HOUSE = "io.micropatterns";

    private static final String CORE = HOUSE + ".core";

    private PackageRules() {}

    static ArchRule independent(String room, String root, List<String> forbidden) {
        return noClasses()
                .that()
                .resideInAnyPackage(room.equals(root) ? room : room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        forbidden.stream().map(other -> other + "..").toArray(String[]::new));
    }

    static ArchRule faceWithoutDrivers(String root) {
        return noClasses()
                .that()
                .resideInAPackage(root)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka..",
                        "org.springframework.kafka..",
                        "org.postgresql..",
                        "jakarta.persistence..");
    }

    static ArchRule noCycles() {
        return slices().assignedFrom(new EachPackage()).should().beFreeOfCycles();
    }

    static ArchRule downwards(String root, List<String> used) {
        return noClasses()
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "belong to a module other than " + used + " or are behind its face",
                        target -> foreign(target.getPackageName(), root, used)));
    }

    private static boolean foreign(String target, String root, List<String> used) {
        if (!within(target, HOUSE) || within(target, root)) {
            return false;
        }
        return used.stream().noneMatch(other -> other.equals(CORE) ? within(target, CORE) : target.equals(other));
    }

    static ArchRule bootOnlyIn(String autoconfigure) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(autoconfigure + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework.boot..")
                .allowEmptyShould(true);
    }

    private static boolean within(String packageName, String root) {
        return packageName.equals(root) || packageName.startsWith(root + ".");
    }

    private static final class EachPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
