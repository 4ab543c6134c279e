package io.micropatterns.outbox.fault;

import io.micropatterns.outbox.Outbox;
import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import io.micropatterns.test.process.ChildJvm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** The application that the fault tests run, in this JVM or in one that can be killed: it relays, and writes a ledger. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        excludeName = {
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration"
        })
class FaultApplication {

    /** What an instance prints when it has started. */
    static final String READY = "ready";

    /** Makes an instance end its transactions and begin no other; it prints {@link #STOPPED} then. */
    static final String STOP_WRITING = "stop writing";

    static final String STOPPED = "stopped writing";

    @Bean(destroyMethod = "stop")
    LedgerWriters ledgerWriters(
            JdbcTemplate jdbc,
            TransactionTemplate transaction,
            Outbox outbox,
            @Value("${fault.topic}") String topic,
            @Value("${fault.seed:0}") long seed) {
        return new LedgerWriters(jdbc, transaction, outbox, topic, seed);
    }

    /** The arguments of an instance with short leases; the last one of a name wins. */
    static List<String> arguments(Ledger ledger, KafkaServer kafka, String... more) {
        PostgresServer postgres = ledger.server();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("spring.datasource.url", postgres.jdbcUrl(ledger.database()));
        properties.put("spring.datasource.username", postgres.username());
        properties.put("spring.datasource.password", postgres.password());
        properties.put("spring.datasource.hikari.maximum-pool-size", "10");
        properties.put("spring.datasource.hikari.connection-timeout", "5000");
        properties.put("spring.kafka.bootstrap-servers", kafka.bootstrapServers());
        properties.put("spring.main.banner-mode", "off");
        properties.put("spring.main.keep-alive", "true");
        // Lost connections are what these tests are about.
        properties.put("logging.level.com.zaxxer.hikari", "off");
        properties.put("logging.level.org.springframework.transaction.support", "off");
        properties.put("logging.level.io.micropatterns", System.getProperty("fault.log", "error"));
        properties.put("patterns.outbox.name", ledger.topic());
        properties.putAll(Setting.ofSuite().properties());
        properties.put("patterns.outbox.polling.lease-time-to-live", "2s");
        properties.put("patterns.outbox.polling.interval", "200ms");
        properties.put("fault.topic", ledger.topic());
        for (String property : more) {
            String[] parts = property.split("=", 2);
            properties.put(parts[0], parts[1]);
        }
        List<String> arguments = new ArrayList<>();
        properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        return arguments;
    }

    /** Starts an instance in this JVM. */
    static ConfigurableApplicationContext run(List<String> arguments) {
        return application().run(arguments.toArray(String[]::new));
    }

    private static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(FaultApplication.class)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false);
    }

    /** An instance in a JVM of its own. */
    public static void main(String[] arguments) {
        LedgerWriters writers = application().run(arguments).getBean(LedgerWriters.class);
        ChildJvm.exitWithParent(line -> {
            if (line.equals(STOP_WRITING)) {
                writers.stop();
                System.out.println(STOPPED);
            }
        });
        writers.start(Integer.getInteger("fault.writers"));
        System.out.println(READY);
    }
}
