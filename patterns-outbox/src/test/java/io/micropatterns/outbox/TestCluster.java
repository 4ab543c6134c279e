package io.micropatterns.outbox;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.core.ConditionTimeoutException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.jdbc.core.JdbcTemplate;

/** Instances of one application on a database of their own, without JPA, which would make them start slowly. */
public final class TestCluster implements AutoCloseable {

    private final String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final String database = PostgresServer.shared().createDatabase();
    private final String bootstrapServers;
    private final List<TestNode> nodes = new ArrayList<>();

    /** On the shared broker. */
    public TestCluster() {
        this(KafkaServer.shared().bootstrapServers());
    }

    /** On another broker. */
    public TestCluster(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** Starts an instance with properties, each {@code name=value}. */
    public TestNode start(String... properties) {
        return start(TestNode.Application.class, properties);
    }

    /** Starts an instance with a configuration of the test's. */
    public TestNode start(Class<?> configuration, String... properties) {
        PostgresServer postgres = PostgresServer.shared();
        List<String> all = new ArrayList<>(List.of(
                "spring.main.banner-mode=off",
                "spring.main.register-shutdown-hook=false",
                "spring.autoconfigure.exclude="
                        + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
                        + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration",
                "spring.application.name=" + name,
                "spring.datasource.url=" + postgres.jdbcUrl(database),
                "spring.datasource.username=" + postgres.username(),
                "spring.datasource.password=" + postgres.password(),
                "spring.datasource.hikari.maximum-pool-size=8",
                "spring.kafka.bootstrap-servers=" + bootstrapServers,
                "patterns.outbox.shards=2"));
        all.addAll(List.of(properties));
        TestNode node = new TestNode(new SpringApplicationBuilder(TestNode.Application.class, configuration)
                .web(WebApplicationType.NONE)
                .properties(all.toArray(String[]::new))
                .run());
        nodes.add(node);
        return node;
    }

    /** A topic that no other cluster uses. */
    public String topic(String suffix) {
        return name + "-" + suffix;
    }

    /** The topic of the relays' progress. */
    public String progressTopic() {
        return jdbc().queryForObject(
                        "select name || '-' || left(identity::text, 8) || '-outbox-progress' from patterns_outbox_identity",
                        String.class);
    }

    public DataSource dataSource() {
        return PostgresServer.shared().dataSource(database);
    }

    public JdbcTemplate jdbc() {
        return new JdbcTemplate(dataSource());
    }

    /** Waits until a topic holds so many records, and answers all that it holds then. */
    public List<ConsumerRecord<String, String>> read(String topic, int count) {
        try (StreamReader reader = new StreamReader(bootstrapServers, topic)) {
            return List.copyOf(reader.readUntil(read -> read.size() >= count));
        } catch (ConditionTimeoutException e) {
            List<String> letters = jdbc().queryForList(
                            "select concat_ws(' ', reference, status, attempts, cause_type, cause_message)"
                                    + " from patterns_dead_letter where destination = ?",
                            String.class,
                            topic);
            throw new AssertionError("Fewer than " + count + " records in " + topic + "; dead letters: " + letters, e);
        }
    }

    /** The values of {@link #read}. */
    public List<String> values(String topic, int count) {
        return read(topic, count).stream().map(ConsumerRecord::value).toList();
    }

    @Override
    public void close() {
        nodes.forEach(TestNode::close);
        PostgresServer.shared().dropDatabase(database);
    }
}
