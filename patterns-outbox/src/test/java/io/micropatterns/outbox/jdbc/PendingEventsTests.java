package io.micropatterns.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.test.junit.PostgresTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What counts as pending, wherever the cursors stand. */
@PostgresTest
class PendingEventsTests {

    private DataSource dataSource;
    private JdbcTemplate jdbc;
    private JdbcOutboxLog log;

    @BeforeEach
    void emptyOutbox(DataSource dataSource) {
        this.dataSource = dataSource;
        jdbc = new JdbcTemplate(dataSource);
        PatternSchema.of("outbox", "patterns_outbox").createIfMissing(dataSource);
        jdbc.execute("truncate patterns_outbox, patterns_outbox_shard");
        log = new JdbcOutboxLog(dataSource, new TransactionTemplate(new JdbcTransactionManager(dataSource)));
        log.registerShards(2);
    }

    @Test
    void anEmptyOutboxHasNothingPending() {
        assertPending(Map.of());
        assertThat(fresh().oldestPendingAge()).isZero();
        assertThat(fresh().lastKnownPending()).isZero();
    }

    @Test
    void everythingIsPendingBeforeTheFirstProgress() throws SQLException {
        insert(0, "a");
        insert(1, "b");
        insert(1, "b");

        assertPending(Map.of("a", 1L, "b", 2L));
    }

    @Test
    void eventsOfAShardThatNobodyHasRegisteredArePending() throws SQLException {
        jdbc.update("insert into patterns_outbox_shard (shard) values (5)");
        for (int stray : List.of(-1, 2, 4, 6, 7)) {
            insert(stray, "stray", "stray");
        }
        insert(0, "a");
        publish(0, 100);

        assertPending(Map.of("stray", 10L));
    }

    @Test
    void inTheMiddleOfASliceOnlyTheRestIsPending() throws SQLException {
        insert(0, "a", "a", "a", "b");
        insert(1, "c");
        publish(0, 2);
        assertPending(Map.of("a", 1L, "b", 1L, "c", 1L));

        insert(0, "d");
        assertPending(Map.of("a", 1L, "b", 1L, "c", 1L, "d", 1L));
        publish(0, 100);
        assertPending(Map.of("c", 1L));
        publish(1, 100);
        assertPending(Map.of());
    }

    @Test
    void anEventOfALongOpenTransactionIsPendingFromItsCommitUntilItIsPublished() throws SQLException {
        try (Connection open = dataSource.getConnection()) {
            open.setAutoCommit(false);
            insert(open, 0, "late");
            insert(0, "a");
            publish(0, 100);
            assertPending(Map.of());
            insert(0, "b");
            assertPending(Map.of("b", 1L));
            publish(0, 100);
            open.commit();
        }
        assertPending(Map.of("late", 1L));
        publish(0, 100);
        assertPending(Map.of());
    }

    @Test
    void rolledBackEventsAreNeverPending() throws SQLException {
        try (Connection open = dataSource.getConnection()) {
            open.setAutoCommit(false);
            insert(open, 0, "gone");
            assertPending(Map.of());
            open.rollback();
        }
        assertPending(Map.of());
    }

    @Test
    void theAgeIsThatOfTheOldestUnpublishedEvent() throws SQLException {
        insert(0, "old");
        insert(0, "middle");
        jdbc.update("update patterns_outbox set created_at = now() - interval '2 hours' where topic = 'old'");
        assertThat(fresh().oldestPendingAge()).isBetween(Duration.ofMinutes(119), Duration.ofMinutes(130));

        publish(0, 100);
        assertThat(fresh().oldestPendingAge()).isZero();
    }

    @Test
    void figuresAreKeptForAMomentAndTellableWithoutLooking() throws SQLException {
        PendingEvents monitor = fresh();
        insert(0, "a");
        assertThat(monitor.lastKnownPending()).isZero();
        assertThat(monitor.pending()).isEqualTo(1);
        assertThat(monitor.lastKnownPending()).isEqualTo(1);
    }

    private PendingEvents fresh() {
        return new PendingEvents(dataSource);
    }

    private void assertPending(Map<String, Long> byTopic) {
        assertThat(fresh().pendingByTopic()).isEqualTo(byTopic);
        assertThat(fresh().pending())
                .isEqualTo(byTopic.values().stream().mapToLong(Long::longValue).sum());
    }

    private void insert(int shard, String... topics) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, shard, topics);
            connection.commit();
        }
    }

    private static void insert(Connection connection, int shard, String... topics) throws SQLException {
        try (var statement = connection.prepareStatement("insert into patterns_outbox (shard, id, type, topic, payload)"
                + " values (?, gen_random_uuid(), 't', ?, '')")) {
            for (String topic : topics) {
                statement.setInt(1, shard);
                statement.setString(2, topic);
                statement.executeUpdate();
            }
        }
    }

    /** Reads on from the saved progress, as a relay would, and saves how far it has come. */
    private void publish(int shard, int most) {
        OutboxLog.Shard events = log.shard(shard);
        var cursor = events.progress().orElseGet(events::beginning);
        int left = most;
        while (left > 0) {
            var page = events.read(cursor, left, Long.MAX_VALUE);
            cursor = page.next();
            left -= page.rows().size();
            if (page.rows().isEmpty()) {
                break;
            }
        }
        events.saveProgress(cursor, 1);
    }
}
