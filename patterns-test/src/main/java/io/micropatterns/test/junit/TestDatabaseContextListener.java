package io.micropatterns.test.junit;

import org.springframework.core.Ordered;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/**
 * Closes a test class's application context together with its database. No other class can use either, and a context
 * left in Spring's cache would go on working on a database that is gone. Nested classes keep both alive, which
 * {@code @DirtiesContext} would not.
 */
final class TestDatabaseContextListener implements TestExecutionListener, Ordered {

    @Override
    public int getOrder() {
        // After-callbacks run in reverse order, and everything else may still want the context.
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void afterTestClass(TestContext testContext) {
        Class<?> testClass = testContext.getTestClass();
        if (TestDatabase.outermost(testClass) == testClass
                && TestContextAnnotationUtils.hasAnnotation(testClass, PostgresTest.class)
                && testContext.hasApplicationContext()) {
            testContext.markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
        }
    }
}
