package io.micropatterns.benchmarks.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Works only when told to on standard input, so that the processes of several subjects share the machine in short turns
 * and meet it in the same state. A line is the length of a turn in milliseconds, or {@value #END}.
 *
 * @param count what was done in all turns
 * @param nanos how long they took
 */
public record Turns(long count, long nanos) {

    /** Printed when the next turn can be taken. */
    public static final String READY = "READY";

    /** Ends the turns. */
    public static final String END = "end";

    /** Takes each turn that is given, and returns what all of them came to. */
    static Turns take(Turn turn) throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        long count = 0;
        long nanos = 0;
        for (String command = next(commands); !command.equals(END); command = next(commands)) {
            long start = System.nanoTime();
            count += turn.run(Duration.ofMillis(Long.parseLong(command)));
            nanos += System.nanoTime() - start;
        }
        return new Turns(count, nanos);
    }

    private static String next(BufferedReader commands) throws IOException {
        System.out.println(READY);
        String command = commands.readLine();
        return command == null ? END : command;
    }

    double perSecond() {
        return count * 1e9 / nanos;
    }

    /** Works for a while, and returns how much was done. */
    interface Turn {

        long run(Duration length) throws Exception;
    }
}
