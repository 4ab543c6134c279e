package io.micropatterns.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles the Java of every page, with the types of the package {@code given} and those that the page has declared
 * before. An ellipsis may stand wherever nothing can.
 */
class DocumentationTests {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern FENCE =
            Pattern.compile("^( *)```java\\R(.*?)^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    Path output;

    @TestFactory
    Stream<DynamicTest> compiles() throws IOException {
        return pages().stream()
                .filter(page -> !snippets(page).isEmpty())
                .map(page -> DynamicTest.dynamicTest(
                        ROOT.relativize(page).toString(),
                        () -> assertThat(errors(snippets(page))).isEmpty()));
    }

    @Test
    void findsTheSnippets() throws IOException {
        assertThat(pages().stream().flatMap(page -> snippets(page).stream())).hasSizeGreaterThanOrEqualTo(24);
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            List<Path> pages = new ArrayList<>(List.of(
                    ROOT.resolve("README.md"),
                    ROOT.resolve("CONTRIBUTING.md"),
                    ROOT.resolve("examples/quickstart/README.md")));
            docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
            return pages;
        }
    }

    private static List<Snippet> snippets(Path page) {
        String text = read(page);
        Path name = ROOT.relativize(page);
        String packageName = "page_" + name.toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
        List<Snippet> snippets = new ArrayList<>();
        Matcher fence = FENCE.matcher(text);
        while (fence.find()) {
            int line = (int) text.substring(0, fence.start()).lines().count() + 1;
            String code = fence.group(2).replaceAll("(?m)^" + fence.group(1), "");
            snippets.add(Snippet.of(name, line, packageName, code));
        }
        return snippets;
    }

    private List<String> errors(List<Snippet> snippets) throws IOException {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (Writer rest = new StringWriter()) {
            ToolProvider.getSystemJavaCompiler()
                    .getTask(
                            rest,
                            null,
                            diagnostics,
                            List.of("-proc:none", "-parameters", "-d", output.toString()),
                            null,
                            snippets)
                    .call();
        }
        return diagnostics.getDiagnostics().stream()
                .filter(found -> found.getKind() == javax.tools.Diagnostic.Kind.ERROR)
                .map(found -> ((Snippet) found.getSource()).place(found.getLineNumber()) + " "
                        + found.getMessage(Locale.ENGLISH))
                .toList();
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
