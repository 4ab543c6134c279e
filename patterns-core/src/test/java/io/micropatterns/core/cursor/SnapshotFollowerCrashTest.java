package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.micropatterns.test.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A crash of the database forgets transactions that left nothing on disk, such as those rolled back last, and gives
 * their ids to others.
 */
@Tag("fault")
class SnapshotFollowerCrashTest {

    private static PostgresServer server;

    @BeforeAll
    static void startServer() {
        // A lazy log writer, so that what was rolled back is not written before the crash.
        server = PostgresServer.builder()
                .embedded()
                .durable(true)
                .setting("wal_writer_delay", "10s")
                .setting("autovacuum", "off")
                .start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100})
    void skipsNothingAndKeepsItsPlaceWhenTransactionIdsAreUsedAgain(int limit) throws SQLException {
        DataSource dataSource = server.dataSource(server.createDatabase());
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("create table event (position bigint generated always as identity,"
                + " xid xid8 not null default pg_current_xact_id(), id int not null)");
        SnapshotFollower<Integer> follower = SnapshotFollower.builder(
                        dataSource, "event", (row, number) -> row.getInt("id"))
                .columns("id")
                .build();
        List<Integer> read = new ArrayList<>();
        jdbc.update("insert into event (id) values (1), (2), (3)");
        rollBack(dataSource, 20);
        SnapshotCursor cursor = readOn(follower, follower.beginning(), limit, read);

        server.stopHard();
        server.restart();

        SnapshotCursor remembered = SnapshotCursor.parse(cursor.toString());
        assertThatCode(() -> follower.verify(remembered)).doesNotThrowAnyException();
        for (int id = 4; id < 30; id++) {
            jdbc.update("insert into event (id) values (?)", id);
        }
        readOn(follower, remembered, limit, read);
        assertThat(read)
                .containsExactlyElementsOf(IntStream.range(1, 30).boxed().toList());
    }

    private static SnapshotCursor readOn(
            SnapshotFollower<Integer> follower, SnapshotCursor from, int limit, List<Integer> read) {
        SnapshotCursor cursor = from;
        SnapshotPage<Integer> page;
        do {
            page = follower.read(cursor, limit);
            read.addAll(page.rows());
            cursor = page.next();
        } while (!page.rows().isEmpty());
        return cursor;
    }

    private static void rollBack(DataSource dataSource, int transactions) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < transactions; i++) {
                statement.execute("insert into event (id) values (-1)");
                connection.rollback();
            }
        }
    }
}
