package io.micropatterns.test.process;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The last lines that a process has printed, and a mark up to which a reader has looked at them. Thread-safe.
 */
final class OutputLines {

    private static final int SHOWN_IN_MESSAGES = 30;

    private final int capacity;

    private final Deque<String> lines = new ArrayDeque<>();

    private long dropped;

    private long read;

    private boolean ended;

    OutputLines(int capacity) {
        this.capacity = capacity;
    }

    synchronized void add(String line) {
        if (lines.size() == capacity) {
            lines.removeFirst();
            dropped++;
        }
        lines.addLast(line);
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized List<String> all() {
        return List.copyOf(lines);
    }

    synchronized String await(Predicate<String> condition, Duration timeout, Supplier<String> source) {
        long deadline = System.nanoTime() + timeout.toNanos();
        long looked = read;
        while (true) {
            List<String> unread = new ArrayList<>(lines).subList((int) Math.max(0, looked - dropped), lines.size());
            for (String line : unread) {
                looked = Math.max(looked, dropped) + 1;
                if (condition.test(line)) {
                    read = looked;
                    return line;
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                throw new IllegalStateException(source.get() + (ended ? " has ended" : " has run for " + timeout)
                        + " without the expected line. Its last output:\n" + tail());
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for a line of " + source.get(), ex);
            }
        }
    }

    private String tail() {
        List<String> all = new ArrayList<>(lines);
        return String.join("\n", all.subList(Math.max(0, all.size() - SHOWN_IN_MESSAGES), all.size()));
    }
}
