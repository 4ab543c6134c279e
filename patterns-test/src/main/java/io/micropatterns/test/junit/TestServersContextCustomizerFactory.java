package io.micropatterns.test.junit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.util.ClassUtils;

/**
 * Lets Spring tests with {@link PostgresTest} and {@link KafkaTest} connect to their servers. Found by Spring through
 * {@code META-INF/spring.factories}.
 */
final class TestServersContextCustomizerFactory implements ContextCustomizerFactory {

    private static final String JDBC = "org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails";

    private static final String KAFKA = "org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails";

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        ClassLoader loader = testClass.getClassLoader();
        boolean kafka = ClassUtils.isPresent(KAFKA, loader)
                && TestContextAnnotationUtils.hasAnnotation(testClass, KafkaTest.class);
        boolean postgres = ClassUtils.isPresent(JDBC, loader)
                && TestContextAnnotationUtils.hasAnnotation(testClass, PostgresTest.class);
        if (!kafka && !postgres) {
            return null;
        }
        return new TestServersContextCustomizer(postgres ? TestDatabase.of(testClass) : null, kafka);
    }
}
