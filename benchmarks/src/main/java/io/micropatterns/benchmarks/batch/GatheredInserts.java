package io.micropatterns.benchmarks.batch;

import io.micropatterns.benchmarks.kit.Environment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** The rows of a batch are inserted by one statement, which is a transaction. */
public final class GatheredInserts extends Inserts {

    /** The system property that names who makes the batches. */
    public static final String GATHERER = "subject.gatherer";

    private static final String INSERT =
            "insert into entry (id, payload) select id, payload from unnest(?, ?) as batch (id, payload)";

    private @Nullable Gatherer<Long, Long> gatherer;

    @Override
    public void open(Environment environment) {
        super.open(environment);
        JdbcTemplate jdbc = jdbc();
        // As many as there are callers, so that nobody waits for a batch that cannot become larger.
        gatherer = Gatherer.of(
                System.getProperty(GATHERER, ""), ids -> insertAll(jdbc, ids), environment.number("threads", 32));
    }

    private static List<Long> insertAll(JdbcTemplate jdbc, List<Long> ids) {
        String[] payloads = new String[ids.size()];
        Arrays.fill(payloads, PAYLOAD);
        jdbc.update(INSERT, ids.toArray(Long[]::new), payloads);
        return ids;
    }

    @Override
    void insert(Long id) throws InterruptedException, ExecutionException {
        Objects.requireNonNull(gatherer, "Not open").call(id);
    }

    @Override
    public void close() {
        if (gatherer != null) {
            gatherer.close();
        }
        super.close();
    }
}
