package io.micropatterns.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.TestCluster;
import io.micropatterns.outbox.TestNode;
import io.micropatterns.test.postgres.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/** What retention removes, what it never removes, and whom it does not disturb. */
class OutboxRetentionTests {

    private static final Duration HOUR = Duration.ofHours(1);

    private final Instant begun = Instant.now();
    private String database;
    private DataSource dataSource;
    private JdbcTemplate jdbc;
    private TransactionTemplate transaction;
    private OutboxStore store;
    private JdbcOutboxLog log;

    @BeforeEach
    void freshDatabase() {
        database = PostgresServer.shared().createDatabase();
        dataSource = PostgresServer.shared().dataSource(database);
        PatternSchema.of("outbox", "patterns_outbox").createIfMissing(dataSource);
        jdbc = new JdbcTemplate(dataSource);
        transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        store = new JdbcOutboxStore(dataSource);
        log = new JdbcOutboxLog(dataSource, transaction);
        log.registerShards(2);
    }

    @AfterEach
    void dropDatabase() {
        PostgresServer.shared().dropDatabase(database);
    }

    @Test
    void partitionsAreCreatedAheadAndTakeNewEvents() {
        retention(Duration.ofDays(1)).run();
        insert(0, 1);

        assertThreePartitions();
        assertThat(count("patterns_outbox_default")).isZero();
        retention(Duration.ofDays(1)).run();
        assertThreePartitions();
    }

    @Test
    void aUserWhoMayNotCreatePartitionsIsToldOnceAndKeepsEverything() {
        insert(0, 2);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger logger = (Logger) LoggerFactory.getLogger(OutboxRetention.class);
        Level before = logger.getLevel();
        logger.setLevel(Level.WARN);
        logger.addAppender(said);
        String writer = "writer_of_" + database;
        jdbc.execute("create role " + writer);
        try {
            jdbc.execute("grant select, insert, update, delete on all tables in schema public to " + writer);
            PGSimpleDataSource asWriter =
                    (PGSimpleDataSource) PostgresServer.shared().dataSource(database);
            asWriter.setOptions("-c role=" + writer);
            OutboxRetention retention = new OutboxRetention(
                    asWriter, new TransactionTemplate(new JdbcTransactionManager(asWriter)), HOUR, HOUR);
            retention.run();
            retention.run();

            assertThat(partitions()).isEmpty();
            assertThat(count("patterns_outbox")).isEqualTo(2);
        } finally {
            logger.detachAppender(said);
            logger.setLevel(before);
            jdbc.execute("drop owned by " + writer);
            jdbc.execute("drop role " + writer);
        }
        assertThat(said.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("patterns.outbox.retention.partition-interval=0");
    }

    @Test
    void aPartitionLengthOfZeroCreatesNone() {
        retention(Duration.ofDays(1), Duration.ZERO).run();

        assertThat(partitions()).isEmpty();
    }

    @Test
    void aPartitionLeavesOnceItsEventsArePublishedAndItsTimeIsOver() {
        Instant past = createPartition(5);
        insert(0, 10);
        insert(1, 10);
        moveTo(past);
        publish(0, 100);
        retention(HOUR).run();
        assertThat(count("patterns_outbox")).as("shard 1 is unpublished").isEqualTo(20);

        publish(1, 100);
        retention(Duration.ofDays(1)).run();
        assertThat(count("patterns_outbox")).as("kept for a day").isEqualTo(20);

        retention(HOUR).run();
        assertThat(count("patterns_outbox")).isZero();
        assertThat(partitions()).noneMatch(name -> name.equals(nameOf(past)));
    }

    @Test
    void anEventThatIsNotPublishedYetHoldsItsPartitionThoughLaterOnesHaveBeen() {
        Instant past = createPartition(5);
        insert(0, 5);
        moveTo(past);
        publish(0, 4);
        insert(0, 5);
        retention(HOUR).run();

        assertThat(count("patterns_outbox")).isEqualTo(10);
        publish(0, 100);
        retention(HOUR).run();
        assertThat(count("patterns_outbox")).isEqualTo(5);
    }

    @Test
    void aTransactionThatWroteIntoAPartitionAndIsStillOpenHoldsIt() throws Exception {
        Instant past = createPartition(5);
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into patterns_outbox (shard, id, type, topic, payload, created_at) values"
                    + " (0, gen_random_uuid(), 't', 't', '', '" + past.plusSeconds(1) + "')");
            insert(0, 1);
            publish(0, 100);
            retention(HOUR).run();
            assertThat(partitions()).contains(nameOf(past));
            connection.commit();
        }
        assertThat(count(nameOf(past))).isEqualTo(1);
        retention(HOUR).run();
        assertThat(count(nameOf(past)))
                .as("committed late, and not published yet")
                .isEqualTo(1);
        publish(0, 100);
        retention(HOUR).run();
        assertThat(partitions()).doesNotContain(nameOf(past));
    }

    @Test
    void anEventOfAShardThatNobodyRegisteredHoldsItsPartition() {
        Instant past = createPartition(5);
        insert(0, 3);
        insert(7, 1);
        moveTo(past);
        publish(0, 100);
        publish(1, 100);
        retention(HOUR).run();
        assertThat(count(nameOf(past))).isEqualTo(4);

        log.registerShards(8);
        for (int shard = 2; shard < 8; shard++) {
            publish(shard, 100);
        }
        retention(HOUR).run();
        assertThat(partitions()).doesNotContain(nameOf(past));
    }

    @Test
    void anEventCommittedWhileRetentionWaitedForItStaysThoughThePoolReadsRepeatably() throws Exception {
        ExecutorService keeper = Executors.newSingleThreadExecutor();
        try (TestCluster cluster = new TestCluster()) {
            TestNode node = cluster.start(
                    "patterns.outbox.relay=none",
                    "patterns.outbox.retention.enabled=false",
                    "patterns.outbox.retention.keep=1h",
                    "patterns.outbox.retention.partition-interval=1h",
                    "spring.datasource.hikari.transaction-isolation=TRANSACTION_REPEATABLE_READ");
            OutboxRetention retention = node.bean(OutboxRetention.class);
            JdbcTemplate there = cluster.jdbc();
            for (int hours = 5; hours < 10; hours++) {
                Instant past = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(hours));
                new Partitions(there).create(past, HOUR);
                Future<?> kept;
                try (var connection = cluster.dataSource().getConnection();
                        var statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    statement.execute("insert into patterns_outbox (shard, id, type, topic, payload, created_at) values"
                            + " (0, gen_random_uuid(), 't', 't', '', '" + past.plusSeconds(1) + "')");
                    kept = keeper.submit(retention::run);
                    await().atMost(Duration.ofMinutes(1))
                            .pollInterval(Duration.ofMillis(5))
                            .until(() -> kept.isDone()
                                    || there.queryForObject(
                                                    "select count(*) from pg_locks where not granted and relation = '"
                                                            + nameOf(past) + "'::regclass",
                                                    Long.class)
                                            == 1);
                    connection.commit();
                }
                kept.get();
                assertThat(there.queryForObject("select count(*) from " + nameOf(past), Long.class))
                        .isEqualTo(1);
            }
        } finally {
            keeper.shutdownNow();
        }
    }

    @Test
    void anEventThatReachesAPartitionAfterItWasEmptiedHoldsIt() {
        Instant past = createPartition(5);
        AtomicInteger transactions = new AtomicInteger();
        TransactionOperations interfering = new TransactionOperations() {
            @Override
            public <T> T execute(TransactionCallback<T> action) {
                int number = transactions.incrementAndGet();
                T result = transaction.execute(action);
                if (number == 1) {
                    assertThat(partitions()).contains(nameOf(past));
                    jdbc.update("insert into patterns_outbox (shard, id, type, topic, payload, created_at) values"
                            + " (0, gen_random_uuid(), 't', 't', '', '" + past.plusSeconds(1) + "')");
                }
                return result;
            }
        };
        OutboxRetention retention = new OutboxRetention(dataSource, interfering, HOUR, Duration.ZERO);
        retention.run();
        assertThat(transactions).as("emptied, then to be dropped").hasValueGreaterThan(1);
        assertThat(count("patterns_outbox")).isEqualTo(1);

        publish(0, 100);
        retention.run();
        assertThat(partitions()).doesNotContain(nameOf(past));
    }

    @Test
    void aDatabaseThatGoesAwayInTheMiddleIsLeftToTheNextCall() {
        createPartition(5);
        createPartition(6);
        insert(0, 1);
        AtomicInteger begun = new AtomicInteger();
        TransactionOperations failing = new TransactionOperations() {
            @Override
            public <T> T execute(TransactionCallback<T> action) {
                begun.incrementAndGet();
                throw new CannotCreateTransactionException("no connection");
            }
        };
        new OutboxRetention(dataSource, failing, HOUR, HOUR).run();
        assertThat(begun).hasPositiveValue();

        retention(HOUR).run();
        assertThat(count("patterns_outbox")).isEqualTo(1);
    }

    @Test
    void theDefaultPartitionLosesPublishedEventsOnly() {
        insert(0, 12);
        insert(1, 3);
        age("patterns_outbox_default");
        publish(0, 7);
        retention(HOUR, Duration.ZERO).run();
        assertThat(count("patterns_outbox"))
                .as("the cursor stands inside a slice")
                .isEqualTo(15);

        publish(0, 100);
        retention(HOUR, Duration.ZERO).run();
        assertThat(count("patterns_outbox where shard = 0")).isZero();
        assertThat(count("patterns_outbox where shard = 1")).isEqualTo(3);
    }

    @Test
    void aTableWithoutPartitionsIsCleanedByDeleting() {
        jdbc.execute("alter table patterns_outbox rename to patterns_outbox_was");
        jdbc.execute("create table patterns_outbox (like patterns_outbox_was including defaults including indexes)");
        insert(0, 3);
        age("patterns_outbox");
        publish(0, 100);
        insert(0, 2);
        age("patterns_outbox");
        retention(HOUR).run();

        assertThat(count("patterns_outbox")).isEqualTo(2);
    }

    @Test
    void aLongTransactionKeepsRetentionWaitingButNoWriter() throws Exception {
        Instant past = createPartition(5);
        insert(0, 5);
        moveTo(past);
        publish(0, 100);
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select count(*) from patterns_outbox");
            retention(HOUR).run();
            insert(0, 1);
            assertThat(partitions()).contains(nameOf(past));
            connection.rollback();
        }
        retention(HOUR).run();

        assertThat(partitions()).doesNotContain(nameOf(past));
        assertThat(count("patterns_outbox")).isEqualTo(1);
    }

    @Test
    void aReaderOfThePartitionsTableAloneDoesNotKeepTheSpace() throws Exception {
        Instant past = createPartition(5);
        insert(0, 5);
        moveTo(past);
        publish(0, 100);
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table only patterns_outbox in access share mode");
            retention(HOUR).run();

            assertThat(count(nameOf(past))).as("emptied, though not dropped").isZero();
        }
    }

    @Test
    void writersDoNotFailWhenTheFirstPartitionIsAttachedUnderThem() throws Exception {
        // Attaching reads all of the default partition, which gives writers the time to run into it.
        jdbc.update(
                "insert into patterns_outbox (shard, id, type, topic, payload, created_at)"
                        + " select 1, gen_random_uuid(), 't', 't', '', now() - interval '2 days' from generate_series(1, 200000)");
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        ExecutorService writers = Executors.newFixedThreadPool(3);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(writers.submit(() -> {
                while (!done.get()) {
                    insert(0, 1);
                    written.incrementAndGet();
                }
            }));
        }
        try {
            for (int i = 0; i < 3; i++) {
                int before = written.get();
                await().atMost(Duration.ofSeconds(60)).until(() -> written.get() > before);
                // A partition cannot be attached while the default one has rows for it.
                transaction.executeWithoutResult(status -> {
                    jdbc.execute("lock table patterns_outbox in access exclusive mode");
                    jdbc.update("delete from patterns_outbox where shard = 0");
                    partitions().forEach(name -> jdbc.execute("drop table " + name));
                });
                retention(Duration.ofDays(10)).run();
            }
        } finally {
            done.set(true);
            writers.shutdown();
        }
        for (Future<?> writer : all) {
            writer.get();
        }
        assertThat(count("patterns_outbox where shard = 0")).isPositive();
    }

    @Test
    void instancesThatRunItTogetherDoNotDisturbEachOther() throws Exception {
        Instant past = createPartition(5);
        insert(0, 50);
        moveTo(past);
        publish(0, 1000);
        ExecutorService instances = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(instances.submit(() -> retention(HOUR).run()));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            instances.shutdown();
        }
        retention(HOUR).run();

        assertThat(count("patterns_outbox")).isZero();
        assertThreePartitions();
    }

    private OutboxRetention retention(Duration keep) {
        return retention(keep, HOUR);
    }

    private OutboxRetention retention(Duration keep, Duration length) {
        return new OutboxRetention(dataSource, transaction, keep, length);
    }

    private void insert(int shard, int count) {
        List<OutboxRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new OutboxRecord(
                    0,
                    shard,
                    UUID.randomUUID(),
                    "t",
                    "topic",
                    "k",
                    "x".getBytes(StandardCharsets.UTF_8),
                    Map.of(),
                    Instant.EPOCH));
        }
        transaction.executeWithoutResult(status -> store.insert(records));
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

    private Instant createPartition(int hoursAgo) {
        Instant from = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(hoursAgo));
        transaction.executeWithoutResult(status -> new Partitions(jdbc).create(from, HOUR));
        return from;
    }

    /** Moves all that is stored into a partition of the past, under its old transaction id and position. */
    private void moveTo(Instant partition) {
        transaction.executeWithoutResult(status -> {
            jdbc.execute("create temporary table moved on commit drop as select * from patterns_outbox");
            jdbc.execute("delete from patterns_outbox");
            jdbc.update(
                    "update moved set created_at = ?", partition.plusSeconds(1).atOffset(ZoneOffset.UTC));
            jdbc.execute("insert into patterns_outbox select * from moved");
        });
    }

    private void age(String table) {
        jdbc.update(
                "update " + table + " set created_at = ?",
                OffsetDateTime.now(ZoneOffset.UTC).minusDays(2));
    }

    /** Exactly, but for hours that begin meanwhile. */
    private void assertThreePartitions() {
        Instant hour = begun.truncatedTo(ChronoUnit.HOURS);
        int hoursSince = (int) ChronoUnit.HOURS.between(hour, Instant.now());
        assertThat(partitions()).hasSizeBetween(3, 3 + hoursSince);
    }

    private List<String> partitions() {
        return new Partitions(jdbc)
                .all().stream()
                        .filter(partition -> !partition.isDefault())
                        .map(Partition::name)
                        .toList();
    }

    private static String nameOf(Instant from) {
        return "patterns_outbox_p"
                + java.time.format.DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss")
                        .withZone(ZoneOffset.UTC)
                        .format(from);
    }

    private long count(String table) {
        Long count = jdbc.queryForObject("select count(*) from " + table, Long.class);
        return count == null ? -1 : count;
    }
}
