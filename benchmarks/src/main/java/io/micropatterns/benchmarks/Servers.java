package io.micropatterns.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** One durable PostgreSQL and one KRaft broker, with a fresh database and topic for each run of a subject. */
final class Servers implements AutoCloseable {

    private final EmbeddedPostgres postgres;
    private final EmbeddedKafkaKraftBroker kafka;
    private final AtomicInteger runs = new AtomicInteger();

    private Servers(EmbeddedPostgres postgres, EmbeddedKafkaKraftBroker kafka) {
        this.postgres = postgres;
        this.kafka = kafka;
    }

    /** A database and a topic that nobody used before. */
    record Place(String url, String user, String password, String bootstrap, String database, String topic) {}

    static Servers start() throws IOException {
        EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("shared_buffers", "512MB")
                .setServerConfig("max_wal_size", "4GB")
                .setServerConfig("max_connections", "300")
                .setServerConfig("wal_level", "logical")
                .start();
        EmbeddedKafkaKraftBroker kafka = new EmbeddedKafkaKraftBroker(1, 1);
        kafka.brokerProperties(Map.of(
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "offsets.topic.replication.factor", "1",
                "auto.create.topics.enable", "false"));
        kafka.afterPropertiesSet();
        return new Servers(postgres, kafka);
    }

    Place newPlace() throws SQLException {
        String name = "bench_" + runs.incrementAndGet();
        execute("create database " + name);
        return new Place(
                postgres.getJdbcUrl("postgres", name), "postgres", "postgres", kafka.getBrokersAsString(), name, name);
    }

    void drop(Place place) throws Exception {
        dropSlots(place.database());
        execute("drop database if exists " + place.database() + " with (force)");
        Properties properties = new Properties();
        properties.put("bootstrap.servers", place.bootstrap());
        try (Admin admin = Admin.create(properties)) {
            if (admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(place.topic())) {
                admin.deleteTopics(List.of(place.topic())).all().get(30, TimeUnit.SECONDS);
            }
        }
    }

    /** Not even by force is a database dropped that has slots, and a slot is not while it is read. */
    private void dropSlots(String database) throws SQLException {
        String its = " from pg_replication_slots where database = '" + database + "'";
        execute("select pg_terminate_backend(active_pid, 10000)" + its + " and active");
        execute("select pg_drop_replication_slot(slot_name)" + its);
    }

    /** What the figures were measured with. */
    Map<String, Object> conditions() throws SQLException, IOException {
        Map<String, Object> conditions = Machine.conditions();
        conditions.put("postgres", setting("server_version"));
        conditions.put("fsync", setting("fsync"));
        conditions.put("synchronous_commit", setting("synchronous_commit"));
        conditions.put("wal_level", setting("wal_level"));
        conditions.put("acks", "all");
        return conditions;
    }

    private String setting(String name) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("show " + name)) {
            result.next();
            return result.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException {
        kafka.destroy();
        postgres.close();
    }
}
