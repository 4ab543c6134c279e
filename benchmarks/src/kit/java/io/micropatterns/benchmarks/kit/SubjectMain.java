package io.micropatterns.benchmarks.kit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Runs one scenario with one subject: {@code SubjectMain <subject class> <scenario> name=value…}. The last line printed
 * is {@value #RESULT} followed by one flat JSON object.
 */
public final class SubjectMain {

    /** What the line with the result begins with. */
    public static final String RESULT = "RESULT ";

    private SubjectMain() {}

    @SuppressWarnings("CatchAndPrintStackTrace") // The process ends with it.
    public static void main(String[] args) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 2; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        options.put("scenario", args[1]);
        int exit = 1;
        try (Contender subject = Class.forName(args[0])
                .asSubclass(Contender.class)
                .getDeclaredConstructor()
                .newInstance()) {
            Environment environment = new Environment(options);
            subject.open(environment);
            Map<String, Object> result = new LinkedHashMap<>(subject.run(args[1], environment));
            result.putAll(subject.conditions());
            System.out.println(RESULT + json(result));
            exit = 0;
        } catch (Throwable ex) {
            ex.printStackTrace();
        }
        // A subject's own threads must not keep the JVM.
        System.exit(exit);
    }

    private static String json(Map<String, Object> values) {
        StringBuilder json = new StringBuilder("{");
        values.forEach((name, value) -> {
            json.append(json.length() == 1 ? "\"" : ",\"").append(name).append("\":");
            if (value instanceof Number || value instanceof Boolean) {
                json.append(value);
            } else {
                json.append('"')
                        .append(value.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            }
        });
        return json.append('}').toString();
    }
}
