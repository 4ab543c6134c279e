package io.micropatterns.test.junit;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.test.kafka.KafkaServer;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.KafkaTemplate;

@SpringBootTest(
        classes = SpringBootConnectionTest.Application.class,
        properties = {
            "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/overruled",
            "spring.datasource.hikari.maximum-pool-size=3",
            "spring.kafka.bootstrap-servers=127.0.0.1:1",
            "spring.kafka.producer.acks=all"
        })
@PostgresTest
@KafkaTest
class SpringBootConnectionTest {

    @Test
    void springUsesTheClassesDatabase(@Autowired JdbcTemplate jdbc, DataSource plain) throws SQLException {
        assertThat(jdbc.queryForObject("SELECT current_database()", String.class))
                .isEqualTo(PostgresTestTest.single(plain, "SELECT current_database()"))
                .startsWith("springbootconnectiontest_");
    }

    @Test
    void theUsersOtherPropertiesStayInForce(@Autowired HikariDataSource dataSource) {
        assertThat(dataSource.getMaximumPoolSize()).isEqualTo(3);
    }

    @Test
    void springUsesTheSharedKafka(@Autowired KafkaTemplate<Object, Object> template, KafkaServer kafka)
            throws Exception {
        kafka.createTopic("spring-connection", 1);
        assertThat(template.send("spring-connection", "value")
                        .get(30, TimeUnit.SECONDS)
                        .getRecordMetadata()
                        .offset())
                .isZero();
        assertThat(template.getProducerFactory().getConfigurationProperties()).containsEntry("acks", "all");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Nested
    class Inside {

        @Test
        void usesTheSameDatabase(@Autowired JdbcTemplate jdbc) {
            assertThat(jdbc.queryForObject("SELECT current_database()", String.class))
                    .isEqualTo(TestDatabase.of(SpringBootConnectionTest.class).name());
        }
    }
}
