package io.micropatterns.test.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.test.network.Ports;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.KafkaAdmin;

class LocalServersAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LocalServersAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    KafkaAutoConfiguration.class));

    @Test
    void startsNothingByDefault() {
        runner.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/x")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(LocalServersAutoConfiguration.class)
                        .doesNotHaveBean(LocalServer.class));
    }

    @Test
    void startsBothAndStopsThemWithTheContext() {
        int port = Ports.free();
        int[] kafkaPort = new int[1];
        runner.withPropertyValues("patterns.local-servers.enabled=true", "patterns.local-servers.postgres.port=" + port)
                .run(context -> {
                    JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
                    assertThat(jdbc.queryForObject("SHOW fsync", String.class)).isEqualTo("on");
                    assertThat(jdbc.queryForObject("SHOW port", String.class)).isEqualTo("" + port);
                    assertThat(context.getBean(KafkaAdmin.class).clusterId()).isNotEmpty();
                    String broker = context.getBean(KafkaConnectionDetails.class)
                            .getBootstrapServers()
                            .get(0);
                    kafkaPort[0] = Integer.parseInt(broker.substring(broker.indexOf(':') + 1));
                    assertThat(listens(port)).isTrue();
                    assertThat(listens(kafkaPort[0])).isTrue();
                });
        assertThat(listens(port)).isFalse();
        assertThat(listens(kafkaPort[0])).isFalse();
    }

    @Test
    void keepsDataInTheGivenDirectory(@TempDir Path directory) {
        ApplicationContextRunner keeping = runner.withPropertyValues(
                "patterns.local-servers.enabled=true",
                "patterns.local-servers.postgres.durable=false",
                "patterns.local-servers.data-directory=" + directory,
                "spring.kafka.bootstrap-servers[0]=127.0.0.1:1");
        keeping.run(context -> new JdbcTemplate(context.getBean(DataSource.class))
                .execute("CREATE TABLE kept AS SELECT 42 AS answer"));
        keeping.run(context -> {
            JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
            assertThat(jdbc.queryForObject("SELECT answer FROM kept", Integer.class))
                    .isEqualTo(42);
            assertThat(jdbc.queryForObject("SHOW fsync", String.class)).isEqualTo("off");
        });
    }

    @Test
    void leavesAConfiguredDatabaseAlone() {
        runner.withPropertyValues(
                        "patterns.local-servers.enabled=true",
                        "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/external")
                .run(context -> {
                    assertThat(context).doesNotHaveBean("localPostgresServer").hasBean("localKafkaServer");
                    assertThat(context.getBean(JdbcConnectionDetails.class).getJdbcUrl())
                            .endsWith("/external");
                    assertThat(context.getBean(KafkaAdmin.class).clusterId()).isNotEmpty();
                });
    }

    @Test
    void leavesConfiguredBrokersAlone() {
        for (String property : new String[] {"spring.kafka.bootstrap-servers", "spring.kafka.bootstrap-servers[0]"}) {
            runner.withPropertyValues("patterns.local-servers.enabled=true", property + "=127.0.0.1:1")
                    .withBean(JdbcConnectionDetails.class, NoDatabase::new)
                    .run(context -> {
                        assertThat(context).hasNotFailed().doesNotHaveBean(LocalServer.class);
                        assertThat(context.getBean(KafkaConnectionDetails.class).getBootstrapServers())
                                .containsExactly("127.0.0.1:1");
                    });
        }
    }

    @Test
    void leavesOthersConnectionDetailsAlone() {
        runner.withPropertyValues("patterns.local-servers.enabled=true")
                .withBean(JdbcConnectionDetails.class, NoDatabase::new)
                .withBean(KafkaConnectionDetails.class, () -> () -> java.util.List.of("127.0.0.1:1"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LocalServer.class));
    }

    @Test
    void needsNeitherJdbcNorKafka() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LocalServersAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(JdbcConnectionDetails.class, KafkaConnectionDetails.class))
                .withPropertyValues("patterns.local-servers.enabled=true")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LocalServer.class));
    }

    @Test
    void namesAWrongProperty() {
        runner.withPropertyValues("patterns.local-servers.enabled=true", "patterns.local-servers.postgres.port=70000")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessage("patterns.local-servers.postgres.port must be between 0 and 65535, but is 70000"));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (java.io.IOException ex) {
            return false;
        }
    }

    private static final class NoDatabase implements JdbcConnectionDetails {

        @Override
        public String getJdbcUrl() {
            return "jdbc:postgresql://127.0.0.1:1/none";
        }

        @Override
        public String getUsername() {
            return "nobody";
        }

        @Override
        public String getPassword() {
            return "";
        }
    }
}
