package io.micropatterns.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What everything runs on. */
final class Machine {

    private Machine() {}

    /** Its size and the JDK; more can be added. */
    static Map<String, Object> conditions() throws IOException {
        Map<String, Object> conditions = new LinkedHashMap<>();
        conditions.put("cores", Runtime.getRuntime().availableProcessors());
        conditions.put("memory-gib", memoryGib());
        conditions.put("jdk", System.getProperty("java.version", ""));
        return conditions;
    }

    private static long memoryGib() throws IOException {
        Path meminfo = Path.of("/proc/meminfo");
        if (!Files.isReadable(meminfo)) {
            return 0;
        }
        String total = Files.readAllLines(meminfo).get(0).replaceAll("\\D", "");
        return Math.round(Long.parseLong(total) / 1_048_576.0);
    }
}
