package io.micropatterns.benchmarks.kit;

import java.util.Map;

/** Somebody under measurement, in a JVM and a database of its own. */
public interface Contender extends AutoCloseable {

    /** Creates tables and beans. */
    void open(Environment environment) throws Exception;

    /** Runs one of the scenarios of its kind, and returns what was measured. */
    Map<String, Object> run(String scenario, Environment environment) throws Exception;

    /** The tuning that it runs with. */
    default Map<String, Object> conditions() {
        return Map.of();
    }

    @Override
    void close();
}
