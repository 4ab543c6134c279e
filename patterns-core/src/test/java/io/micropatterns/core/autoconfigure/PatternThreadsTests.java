package io.micropatterns.core.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.mock.env.MockEnvironment;

class PatternThreadsTests {

    private final MockEnvironment environment = new MockEnvironment();

    @Test
    void areDaemons() {
        Thread thread = PatternThreads.factory("sweep-", environment).newThread(() -> {});
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).startsWith("sweep-");
        assertThat(group(thread)).isNotEqualTo("VirtualThreads");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void areVirtualWhereThatIsWanted() {
        environment.setProperty("spring.threads.virtual.enabled", "true");
        Thread thread = PatternThreads.factory("sweep-", environment).newThread(() -> {});
        assertThat(group(thread)).isEqualTo("VirtualThreads");
        assertThat(thread.getName()).startsWith("sweep-");
    }

    private static String group(Thread thread) {
        return thread.getThreadGroup().getName();
    }
}
