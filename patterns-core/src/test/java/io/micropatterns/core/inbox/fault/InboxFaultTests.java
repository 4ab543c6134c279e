package io.micropatterns.core.inbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.test.postgres.PostgresServer;
import io.micropatterns.test.process.ChildJvm;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

@Tag("fault")
class InboxFaultTests {

    private static final Duration LONG = Duration.ofMinutes(1);

    private static PostgresServer server;

    private String database;
    private JdbcTemplate jdbc;

    @BeforeAll
    static void start() {
        server = PostgresServer.builder().embedded().durable(true).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void tables() {
        database = server.createDatabase();
        DataSource dataSource = server.dataSource(database);
        PatternSchema.core().createIfMissing(dataSource);
        jdbc = new JdbcTemplate(dataSource);
        // No unique index: nothing but the inbox keeps an effect from being repeated.
        jdbc.execute("create table effect (key text not null)");
        jdbc.execute("create table message (key text primary key, acked boolean not null default false)");
        jdbc.execute("insert into message (key) values ('m-1'), ('m-2'), ('m-3')");
    }

    @Test
    void killedBetweenEffectAndCommitLeavesNothingAndIsDoneAgain() {
        killAt("effect");
        assertThat(effects()).isEmpty();
        assertThat(jdbc.queryForObject("select count(*) from patterns_inbox", Long.class))
                .isZero();
        finish();
    }

    @Test
    void killedBetweenCommitAndAcknowledgementIsNotDoneAgain() {
        killAt("commit");
        assertThat(effects()).containsExactly("m-1");
        assertThat(jdbc.queryForList("select key from message where acked")).isEmpty();
        finish();
    }

    @Test
    void ofTwoWorkersOfWhichOneIsKilledWithTheKeyInHandTheOtherDoesTheEffect() {
        try (ChildJvm first = worker("effect")) {
            first.awaitLine(line -> line.equals("at effect"), LONG);
            try (ChildJvm second = worker("never")) {
                // It waits for the first within its insert.
                await().atMost(LONG).until(this::somebodyWaits);
                first.kill();
                second.awaitLine(line -> line.equals("finished"), LONG);
            }
        }
        assertThat(effects()).containsExactly("m-1", "m-2", "m-3");
    }

    private void killAt(String place) {
        try (ChildJvm child = worker(place)) {
            child.awaitLine(line -> line.equals("at " + place), LONG);
            child.kill();
        }
    }

    private void finish() {
        try (ChildJvm child = worker("never")) {
            child.awaitLine(line -> line.equals("finished"), LONG);
            assertThat(child.output()).contains("done m-1", "done m-2", "done m-3");
        }
        assertThat(effects()).containsExactly("m-1", "m-2", "m-3");
    }

    private ChildJvm worker(String stop) {
        String url = server.jdbcUrl(database);
        return ChildJvm.builder(InboxWorker.class)
                .jvmOptions("-Xmx128m")
                .arguments(
                        url + (url.contains("?") ? "&" : "?") + "user=" + server.username() + "&password="
                                + server.password(),
                        stop)
                .start();
    }

    private boolean somebodyWaits() {
        return Boolean.TRUE.equals(
                jdbc.queryForObject("select count(*) > 0 from pg_locks where not granted", Boolean.class));
    }

    private List<String> effects() {
        return jdbc.queryForList("select key from effect order by key", String.class);
    }
}
