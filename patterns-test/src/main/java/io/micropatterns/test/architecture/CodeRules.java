package io.micropatterns.test.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static com.tngtech.archunit.lang.conditions.ArchConditions.haveModifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What no class of the library may do, and how its auto-configuration is written. */
final class CodeRules {

    private static final Set<String> CLOCKS = Set.of(
            "java.time.Instant",
            "java.time.LocalDate",
            "java.time.LocalDateTime",
            "java.time.LocalTime",
            "java.time.OffsetDateTime",
            "java.time.ZonedDateTime");

    private static final String[] INJECTION = {
        "org.springframework.beans.factory.annotation.Autowired",
        "org.springframework.beans.factory.annotation.Value",
        "jakarta.annotation.Resource",
        "jakarta.inject.Inject"
    };

    private CodeRules() {}

    static Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        for (String annotation : INJECTION) {
            String name = annotation.substring(annotation.lastIndexOf('.') + 1);
            rules.put(
                    "no field is injected with @" + name,
                    noFields().should().beAnnotatedWith(annotation).allowEmptyShould(true));
        }
        rules.put(
                "no @ComponentScan",
                noClasses()
                        .should()
                        .beAnnotatedWith("org.springframework.context.annotation.ComponentScan")
                        .orShould()
                        .beMetaAnnotatedWith("org.springframework.context.annotation.ComponentScan"));
        rules.put(
                "time comes from an injected clock",
                noClasses()
                        .should()
                        .callCodeUnitWhere(
                                DescribedPredicate.describe("it reads the system's clock", CodeRules::readsTheClock)));
        rules.put(
                "nothing is written to standard streams", GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS);
        rules.put("no java.util.logging", GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING);
        rules.put(
                "no static mutable state",
                fields().that()
                        .haveModifier(STATIC)
                        .and()
                        .doNotHaveModifier(SYNTHETIC)
                        .should()
                        .beFinal()
                        .allowEmptyShould(true));
        return rules;
    }

    static Map<String, ArchRule> autoconfigure() {
        return Map.of(
                "auto-configurations are public and final",
                classes()
                        .that()
                        .areAnnotatedWith("org.springframework.boot.autoconfigure.AutoConfiguration")
                        .should(haveModifier(PUBLIC))
                        .andShould(haveModifier(FINAL)),
                "bean methods are package-private",
                methods()
                        .that()
                        .areAnnotatedWith("org.springframework.context.annotation.Bean")
                        .should()
                        .bePackagePrivate(),
                "properties are records",
                classes()
                        .that()
                        .areAnnotatedWith("org.springframework.boot.context.properties.ConfigurationProperties")
                        .should()
                        .beRecords());
    }

    private static boolean readsTheClock(JavaCall<?> call) {
        CodeUnitCallTarget target = call.getTarget();
        String owner = target.getOwner().getFullName();
        boolean noArguments = target.getRawParameterTypes().isEmpty();
        return switch (target.getName()) {
            case "currentTimeMillis" -> owner.equals("java.lang.System");
            case "now" -> noArguments && CLOCKS.contains(owner);
            case "<init>" -> noArguments && owner.equals("java.util.Date");
            default -> false;
        };
    }
}
