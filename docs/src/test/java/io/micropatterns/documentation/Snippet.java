package io.micropatterns.documentation;

import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.SimpleJavaFileObject;

/** A fenced piece of Java of a page as a source file: types stand alone, members in a class, statements in a method. */
final class Snippet extends SimpleJavaFileObject {

    private static final Pattern TYPE = Pattern.compile(
            "^(?:(?:public|final|abstract) )*(?:class|record|interface|enum) (\\w+)", Pattern.MULTILINE);
    private static final Pattern MEMBER = Pattern.compile("^(?:@|public |protected |private |static )");

    private static final String PRELUDE = String.join(
            " ",
            "import io.micropatterns.batch.*;",
            "import io.micropatterns.core.autoconfigure.*;",
            "import io.micropatterns.core.deadletter.*;",
            "import io.micropatterns.core.inbox.*;",
            "import io.micropatterns.core.lease.*;",
            "import io.micropatterns.core.payload.*;",
            "import io.micropatterns.core.schema.*;",
            "import io.micropatterns.outbox.*;",
            "import io.micropatterns.documentation.given.*;",
            "import io.micropatterns.escrow.*;",
            "import io.micropatterns.outbox.jdbc.*;",
            "import io.micropatterns.outbox.kafka.*;",
            "import io.micropatterns.outbox.relay.*;",
            "import io.micropatterns.outbox.spring.*;",
            "import io.micropatterns.test.architecture.*;",
            "import io.micropatterns.test.junit.*;",
            "import io.micropatterns.test.kafka.*;",
            "import io.micropatterns.test.network.*;",
            "import io.micropatterns.test.postgres.*;",
            "import io.micropatterns.test.process.*;",
            "import static org.assertj.core.api.Assertions.*;",
            "import static org.awaitility.Awaitility.*;",
            "import java.time.*;",
            "import java.util.*;",
            "import java.util.concurrent.*;",
            "import java.util.stream.*;",
            "import javax.sql.DataSource;",
            "import org.apache.kafka.clients.admin.NewTopic;",
            "import org.junit.jupiter.api.DynamicTest;",
            "import org.junit.jupiter.api.Test;",
            "import org.junit.jupiter.api.TestFactory;",
            "import org.springframework.beans.factory.annotation.*;",
            "import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;",
            "import org.springframework.boot.test.context.*;",
            "import org.springframework.context.*;",
            "import org.springframework.context.annotation.*;",
            "import org.springframework.context.event.*;",
            "import org.springframework.context.event.EventListener;",
            "import org.springframework.jdbc.support.*;",
            "import org.springframework.kafka.annotation.*;",
            "import org.springframework.kafka.config.TopicBuilder;",
            "import org.springframework.kafka.support.converter.*;",
            "import org.springframework.messaging.handler.annotation.Header;",
            "import org.springframework.messaging.handler.annotation.Payload;",
            "import org.springframework.scheduling.annotation.*;",
            "import org.springframework.stereotype.*;",
            "import org.springframework.test.context.*;",
            "import org.springframework.transaction.*;",
            "import org.springframework.transaction.annotation.*;",
            "import org.springframework.transaction.support.*;",
            "import tools.jackson.databind.json.JsonMapper;");

    private final Path page;
    private final int line;
    private final String source;

    private Snippet(Path page, int line, String packageName, String typeName, String source) {
        super(URI.create("string:///" + packageName + "/" + typeName + ".java"), Kind.SOURCE);
        this.page = page;
        this.line = line;
        // On one line, so that the lines of messages are those of the page.
        this.source = "package " + packageName + "; " + PRELUDE + " " + source;
    }

    /** The code after line {@code line} of a page; an ellipsis stands for something left out. */
    static Snippet of(Path page, int line, String packageName, String code) {
        String body = code.replace("…", "/* … */");
        Matcher type = TYPE.matcher(body);
        if (type.find()) {
            return new Snippet(page, line, packageName, type.group(1), body);
        }
        String typeName = "Line" + line;
        String inside = MEMBER.matcher(body).find() ? body : "void run() throws Exception { " + body + "\n}";
        return new Snippet(
                page, line, packageName, typeName, "class " + typeName + " extends Beans { " + inside + "\n}");
    }

    /** Where a line of the source stands. */
    String place(long sourceLine) {
        return page + ":" + (line + sourceLine);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
    }
}
