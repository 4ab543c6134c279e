package io.micropatterns.outbox.autoconfigure;

import java.util.concurrent.ThreadFactory;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Makes the outbox's threads: virtual where {@code spring.threads.virtual.enabled} says so, daemons otherwise. */
final class RelayThreads {

    private RelayThreads() {}

    static ThreadFactory factory(Environment environment) {
        if (Threading.VIRTUAL.isActive(environment)) {
            return new VirtualThreadTaskExecutor("outbox-").getVirtualThreadFactory();
        }
        CustomizableThreadFactory factory = new CustomizableThreadFactory("outbox-");
        factory.setDaemon(true);
        return factory;
    }
}
