package io.micropatterns.test.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void runsTheMainClassWithArgumentsAndProperties() {
        try (ChildJvm child = ChildJvm.builder(Echo.class)
                .arguments("one", "two")
                .systemProperty("echo.prefix", "got ")
                .jvmOptions("-Xmx64m")
                .start()) {
            assertThat(child.awaitLine(line -> line.startsWith("ready"), LONG)).isEqualTo("ready [one, two]");
            child.send("hello");
            assertThat(child.awaitLine(line -> line.contains("hello"), LONG)).isEqualTo("got hello");
            child.send("exit");
            assertThat(child.awaitExit(LONG)).isEqualTo(7);
            assertThat(child.exitCode()).isEqualTo(7);
            assertThat(child.isAlive()).isFalse();
            assertThat(child.output()).contains("ready [one, two]", "got hello", "an error");
        }
    }

    @Test
    void looksAtEachLineOnce() {
        try (ChildJvm child = ChildJvm.builder(Echo.class).start()) {
            child.awaitLine(line -> line.startsWith("ready"), LONG);
            child.send("a 1");
            child.send("b 2");
            child.send("a 3");
            assertThat(child.awaitLine(line -> line.contains("a "), LONG)).endsWith("a 1");
            assertThat(child.awaitLine(line -> line.contains("a "), LONG)).endsWith("a 3");
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> child.awaitLine(line -> line.contains("a "), Duration.ofMillis(50)))
                    .withMessageContaining("without the expected line")
                    .withMessageContaining("b 2");
        }
    }

    @Test
    void killsEvenAPausedChild() {
        try (ChildJvm child = ChildJvm.builder(Echo.class).start()) {
            child.awaitLine(line -> line.startsWith("ready"), LONG);
            child.pause();
            child.kill();
            assertThat(child.exitCode()).isEqualTo(137);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(child::pause);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> child.awaitLine(line -> false, LONG))
                    .withMessageContaining("has ended");
        }
    }

    @Test
    void pausesAndResumes() {
        try (ChildJvm child = ChildJvm.builder(Echo.class).start()) {
            child.awaitLine(line -> line.startsWith("ready"), LONG);
            child.pause();
            child.send("while paused");
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> child.awaitLine(line -> line.contains("while"), Duration.ofMillis(500)));
            assertThat(child.isAlive()).isTrue();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(child::exitCode);
            child.resume();
            assertThat(child.awaitLine(line -> line.contains("while"), LONG)).endsWith("while paused");
        }
    }

    @Test
    void terminatesInOrder() {
        try (ChildJvm child = ChildJvm.builder(Echo.class).start()) {
            child.awaitLine(line -> line.startsWith("ready"), LONG);
            child.terminate();
            assertThat(child.awaitLine(line -> line.startsWith("shutdown"), LONG))
                    .isEqualTo("shutdown hook");
            assertThat(child.awaitExit(LONG)).isEqualTo(143);
        }
    }

    @Test
    void diesWithItsParentEvenWhenPaused() {
        try (ChildJvm parent = ChildJvm.builder(Parent.class).start()) {
            long obedient = pid(parent, "obedient");
            long paused = pid(parent, "paused");
            parent.kill();
            await().atMost(LONG).until(() -> !runs(obedient) && !runs(paused));
        }
    }

    @Test
    void guardRunsItsScriptOnlyWhenNotClosed() {
        try (ChildJvm parent = ChildJvm.builder(GuardedParent.class).start()) {
            long closed = pid(parent, "closed");
            long open = pid(parent, "open");
            parent.send("die");
            parent.awaitExit(LONG);
            await().atMost(LONG).until(() -> !runs(open));
            assertThat(runs(closed)).isTrue();
            ProcessHandle.of(closed).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static long pid(ChildJvm parent, String name) {
        return Long.parseLong(
                parent.awaitLine(line -> line.startsWith(name + " "), LONG).substring(name.length() + 1));
    }

    private static boolean runs(long pid) {
        return ProcessHandle.of(pid).map(ProcessSignals::isRunning).orElse(false);
    }

    static final class Echo {

        private Echo() {}

        public static void main(String[] arguments) throws Exception {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("shutdown hook")));
            System.err.println("an error");
            System.out.println("ready " + List.of(arguments));
            ChildJvm.exitWithParent(line -> {
                System.out.println(System.getProperty("echo.prefix", "") + line);
                if (line.equals("exit")) {
                    Runtime.getRuntime().halt(7);
                }
            });
            new CountDownLatch(1).await();
        }
    }

    static final class Parent {

        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            ChildJvm obedient = ChildJvm.builder(Echo.class).start();
            ChildJvm paused = ChildJvm.builder(Echo.class).start();
            obedient.awaitLine(line -> line.startsWith("ready"), LONG);
            paused.awaitLine(line -> line.startsWith("ready"), LONG);
            paused.pause();
            System.out.println("obedient " + obedient.pid());
            System.out.println("paused " + paused.pid());
            new CountDownLatch(1).await();
        }
    }

    static final class GuardedParent {

        private GuardedParent() {}

        public static void main(String[] arguments) throws Exception {
            Process first = new ProcessBuilder("sleep", "300").start();
            Process second = new ProcessBuilder("sleep", "300").start();
            ExitGuard.start("kill -KILL $1", "" + first.pid()).close();
            ExitGuard.start("kill -KILL $1", "" + second.pid());
            System.out.println("closed " + first.pid());
            System.out.println("open " + second.pid());
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            Runtime.getRuntime().halt(1);
        }
    }
}
