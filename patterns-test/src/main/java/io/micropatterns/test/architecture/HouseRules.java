package io.micropatterns.test.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The architecture rules of a module, as JUnit tests.
 *
 * <p>A module's rooms are its packages. Each is declared with the number of classes that it holds at least, and a package
 * that is not declared is a failure, so that no rule can pass because it looked at nothing:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keepsTheRulesOfTheHouse() {
 *     return HouseRules.of("io.micropatterns.outbox")
 *             .face(8)
 *             .adapter("jdbc", 5)
 *             .adapter("kafka", 3)
 *             .autoconfigure(4)
 *             .using("io.micropatterns.core")
 *             .tests();
 * }
 * }</pre>
 *
 * <p>Test classes are not looked at. Not safe for use by several threads.
 */
public final class HouseRules {

    private static final String AUTOCONFIGURE = "autoconfigure";

    private final String root;

    private final Map<String, Integer> rooms = new LinkedHashMap<>();

    private final List<String> inner = new ArrayList<>();

    private final List<String> adapters = new ArrayList<>();

    private final List<String> used = new ArrayList<>();

    private HouseRules(String root) {
        this.root = root;
    }

    /** The rules for the module whose packages start with the given one; it names no room yet. */
    public static HouseRules of(String rootPackage) {
        return new HouseRules(rootPackage);
    }

    /** The module has a face, its root package, with at least so many classes. It imports none of the other rooms. */
    public HouseRules face(int minimum) {
        declare(root, minimum);
        inner.add(root);
        return this;
    }

    /**
     * The module has a room, a package below the root, with at least so many classes (its sub-packages' included).
     * Rooms may import one another but neither an adapter nor the auto-configuration.
     */
    public HouseRules room(String name, int minimum) {
        declare(below(name), minimum);
        inner.add(below(name));
        return this;
    }

    /**
     * The module has an adapter, a package below the root, with at least so many classes (its sub-packages' included).
     * Adapters import neither one another nor the auto-configuration.
     */
    public HouseRules adapter(String name, int minimum) {
        declare(below(name), minimum);
        adapters.add(below(name));
        return this;
    }

    /**
     * The module is an adapter, which implements an SPI of another module: its root package has at least so many classes,
     * and may import what it adapts to. Instead of a face.
     */
    public HouseRules adapter(int minimum) {
        declare(root, minimum);
        adapters.add(root);
        return this;
    }

    /** The module has the package {@code autoconfigure}, the one that may import Spring Boot, with at least so many classes. */
    public HouseRules autoconfigure(int minimum) {
        declare(below(AUTOCONFIGURE), minimum);
        return this;
    }

    /**
     * The module may import the one with this root package: of {@code io.micropatterns.core} every package, of a pattern
     * only the face.
     */
    public HouseRules using(String otherRoot) {
        used.add(otherRoot);
        return this;
    }

    /**
     * A test for each rule.
     *
     * @throws IllegalStateException when no room was declared
     */
    public Stream<DynamicTest> tests() {
        return tests(new ClassFileImporter()
                .withImportOption(location -> !location.contains("/test-classes/"))
                .importPackages(root));
    }

    Stream<DynamicTest> tests(JavaClasses classes) {
        if (rooms.isEmpty()) {
            throw new IllegalStateException("Declare the rooms of " + root + " first, each with its number of classes");
        }
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(DynamicTest.dynamicTest(
                "every room has its classes, and no other room is there", () -> count(classes)));
        rules().forEach((name, rule) -> tests.add(DynamicTest.dynamicTest(name, () -> rule.check(classes))));
        return tests.stream();
    }

    private Map<String, ArchRule> rules() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        String autoconfigure = below(AUTOCONFIGURE);
        List<String> outer = new ArrayList<>(adapters);
        if (rooms.containsKey(autoconfigure)) {
            outer.add(autoconfigure);
        }
        for (String room : inner) {
            List<String> forbidden = new ArrayList<>(outer);
            if (room.equals(root)) {
                inner.stream().filter(other -> !other.equals(root)).forEach(forbidden::add);
            }
            if (!forbidden.isEmpty()) {
                rules.put(room + " imports no outer room", PackageRules.independent(room, root, forbidden));
            }
        }
        for (String adapter : adapters) {
            List<String> forbidden =
                    outer.stream().filter(other -> !other.equals(adapter)).toList();
            if (!forbidden.isEmpty()) {
                rules.put(adapter + " imports no other adapter", PackageRules.independent(adapter, root, forbidden));
            }
        }
        if (inner.contains(root)) {
            rules.put("the face imports no driver", PackageRules.faceWithoutDrivers(root));
        }
        rules.put("no package cycles", PackageRules.noCycles());
        rules.put("imports of other modules point downwards, to faces", PackageRules.downwards(root, used));
        rules.put("Spring Boot is imported in autoconfigure only", PackageRules.bootOnlyIn(autoconfigure));
        rules.putAll(CodeRules.all());
        if (rooms.containsKey(autoconfigure)) {
            rules.putAll(CodeRules.autoconfigure());
        }
        return rules;
    }

    private void count(JavaClasses classes) {
        Map<String, Integer> found = new LinkedHashMap<>();
        TreeSet<String> failures = new TreeSet<>();
        for (JavaClass type : classes) {
            if (type.getSimpleName().equals("package-info")) {
                continue;
            }
            String room = roomOf(type.getPackageName());
            if (rooms.containsKey(room)) {
                found.merge(room, 1, Integer::sum);
            } else {
                failures.add("Package " + type.getPackageName() + " is declared as no room");
            }
        }
        rooms.forEach((room, minimum) -> {
            int count = found.getOrDefault(room, 0);
            if (count < minimum) {
                failures.add("Package " + room + " holds " + count + " classes where " + minimum + " are expected");
            }
        });
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join(System.lineSeparator(), failures));
        }
    }

    private String roomOf(String packageName) {
        if (packageName.equals(root)) {
            return root;
        }
        int end = packageName.indexOf('.', root.length() + 1);
        return end < 0 ? packageName : packageName.substring(0, end);
    }

    private String below(String name) {
        return root + "." + name;
    }

    private void declare(String room, int minimum) {
        if (minimum < 1) {
            throw new IllegalArgumentException(
                    "A room holds at least one class; " + room + " was declared with " + minimum);
        }
        rooms.put(room, minimum);
    }
}
