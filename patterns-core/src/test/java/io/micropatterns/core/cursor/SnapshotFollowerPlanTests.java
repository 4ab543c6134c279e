package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.CoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** No plan of a follower's statements scans the followed table, whatever the planner knows and however it plans. */
class SnapshotFollowerPlanTests {

    private static final int READ = 200_000;
    private static final int UNREAD = 100;

    private final FollowerSql sql = new FollowerSql("event", "position, key, n", "shard = ?", "8");
    private JdbcTemplate jdbc;
    private String read;
    private String slice;

    @ParameterizedTest(name = "partitioned {0}")
    @ValueSource(booleans = {false, true})
    void everyStatementUsesItsIndex(boolean partitioned) throws SQLException {
        table(partitioned);
        grow();
        assertIndexed();
        jdbc.execute("analyze event");
        grow();
        assertIndexed();
    }

    private void assertIndexed() throws SQLException {
        for (boolean generic : List.of(false, true)) {
            for (boolean inProgress : List.of(false, true)) {
                String from = inProgress ? read : read.replaceAll(":[^:]*$", ":");
                assertIndexed(generic, "xid", sql.nextSlice(inProgress), nextSlice(from, inProgress));
                assertIndexed(generic, "xid", sql.firstOfSlice(inProgress), firstOfSlice(from, inProgress));
                assertIndexed(generic, "position", sql.pageOfSlice(), page(READ - 50, from));
                assertIndexed(generic, "position", sql.pageOfSlice(), page(0, from));
            }
            assertIndexed(generic, "shard", sql.end(), List.of("1", "1"));
        }
    }

    private void table(boolean partitioned) {
        jdbc = new JdbcTemplate(CoreDatabase.empty());
        jdbc.execute("create table event " + Events.COLUMNS + (partitioned ? " partition by range (n)" : ""));
        if (partitioned) {
            jdbc.execute("create table event_1 partition of event for values from (minvalue) to (150000)");
            jdbc.execute("create table event_2 partition of event for values from (150000) to (maxvalue)");
        }
        for (String part : partitioned ? List.of("event_1", "event_2") : List.of("event")) {
            jdbc.execute("alter table " + part + " set (autovacuum_enabled = off)");
        }
        jdbc.execute("create index event_shard_xid on event (shard, xid, position)");
        jdbc.execute("create index event_shard_position on event (shard, position)");
        // As a table grows: by many transactions.
        for (int i = 0; i < 20; i++) {
            insert(i * READ / 20, (i + 1) * READ / 20 - 1);
        }
    }

    /** Adds rows that are new to a follower, two of them by a transaction that was in progress when it last read. */
    private void grow() throws SQLException {
        try (Connection late = jdbc.getDataSource().getConnection()) {
            late.setAutoCommit(false);
            late.createStatement().execute("insert into event (shard, n) values (1, " + READ + "), (1, " + READ + ")");
            insert(READ, READ);
            read = jdbc.queryForObject("select pg_current_snapshot()::text", String.class);
            assertThat(read).as("has a transaction in progress").matches(".*:\\d[\\d,]*");
            late.commit();
        }
        insert(READ, READ + UNREAD);
        slice = jdbc.queryForObject("select pg_current_snapshot()::text", String.class);
    }

    private void insert(int from, int to) {
        jdbc.update("insert into event (shard, n) select n % 4, n from generate_series(?, ?) n", from, to);
    }

    private List<String> page(long position, String from) {
        return List.of("1", Long.toString(position), quoted(slice), quoted(from), "10", "100");
    }

    private List<String> nextSlice(String from, boolean inProgress) {
        List<String> arguments = new ArrayList<>(List.of("1", quoted(xmax(from)), "11"));
        if (inProgress) {
            arguments.addAll(List.of("1", quoted("{" + from.replaceAll(".*:", "") + "}"), "11"));
        }
        arguments.add("100");
        return arguments;
    }

    private List<String> firstOfSlice(String from, boolean inProgress) {
        List<String> arguments =
                new ArrayList<>(List.of("1", quoted(xmax(from)), quoted(slice), "1", quoted(xmax(from))));
        if (inProgress) {
            arguments.addAll(List.of(quoted("{" + from.replaceAll(".*:", "") + "}"), "1"));
        }
        arguments.add(quoted(slice));
        return arguments;
    }

    private void assertIndexed(boolean generic, String column, String statement, List<String> arguments)
            throws SQLException {
        String prepared = statement;
        for (int i = 1; i <= arguments.size(); i++) {
            prepared = prepared.replaceFirst("\\?", "\\$" + i);
        }
        try (Connection connection = jdbc.getDataSource().getConnection();
                Statement session = connection.createStatement()) {
            session.execute("set plan_cache_mode = " + (generic ? "force_generic_plan" : "force_custom_plan"));
            session.execute("prepare s as " + prepared);
            String execute = "execute s (" + String.join(", ", arguments) + ")";
            List<String> plan = new ArrayList<>();
            try (ResultSet rows = session.executeQuery("explain " + execute)) {
                while (rows.next()) {
                    plan.add(rows.getString(1));
                }
            }
            assertThat(plan)
                    .as("%s%n%s", statement, String.join("\n", plan))
                    .noneMatch(line -> line.contains("Seq Scan on"))
                    .filteredOn(line -> line.contains("Index Cond: "))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("shard =") && line.contains(column));
        }
    }

    @Test
    void aStatementPreparedByTheDriverAndUsedOftenKeepsToTheIndex() throws SQLException {
        table(false);
        grow();
        try (Connection connection = jdbc.getDataSource().getConnection();
                Statement session = connection.createStatement()) {
            // The driver prepares on the server at the fifth use, and the server may turn to a generic plan five later.
            try (PreparedStatement next = connection.prepareStatement(sql.nextSlice(false))) {
                for (int i = 0; i < 15; i++) {
                    next.setInt(1, 1);
                    next.setString(2, xmax(read));
                    next.setInt(3, 11);
                    next.setLong(4, 100);
                    next.executeQuery().close();
                }
            }
            session.execute("select pg_stat_force_next_flush()");
        }
        Long sequentialReads =
                jdbc.queryForObject("select seq_tup_read from pg_stat_user_tables where relname = 'event'", Long.class);
        // Creating the indexes of an empty table read nothing.
        assertThat(sequentialReads).isZero();
    }

    private static String xmax(String snapshot) {
        return snapshot.split(":")[1];
    }

    private static String quoted(String value) {
        return "'" + value + "'";
    }
}
