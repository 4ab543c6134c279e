package io.micropatterns.core.autoconfigure;

import java.util.concurrent.ThreadFactory;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Makes a pattern's threads: virtual where {@code spring.threads.virtual.enabled} says so, daemons otherwise. Stateless. */
public final class PatternThreads {

    private PatternThreads() {}

    /** Threads whose names begin with the prefix. */
    public static ThreadFactory factory(String prefix, Environment environment) {
        if (Threading.VIRTUAL.isActive(environment)) {
            return new VirtualThreadTaskExecutor(prefix).getVirtualThreadFactory();
        }
        CustomizableThreadFactory factory = new CustomizableThreadFactory(prefix);
        factory.setDaemon(true);
        return factory;
    }
}
