package io.micropatterns.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.test.network.TcpProxy;
import io.micropatterns.test.postgres.PostgresServer;
import io.micropatterns.test.process.ChildJvm;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

@Tag("fault")
class LeaseGroupFaultTests {

    private static final Duration LONG = Duration.ofMinutes(1);

    private PostgresServer server;
    private String database;
    private JdbcTemplate jdbc;

    @BeforeEach
    void start() {
        server = PostgresServer.builder().embedded().durable(true).start();
        database = server.createDatabase();
        DataSource dataSource = server.dataSource(database);
        PatternSchema.core().createIfMissing(dataSource);
        jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("create table fenced (name text primary key, token bigint not null, writes bigint not null)");
        jdbc.execute("insert into fenced values ('a', 0, 0), ('b', 0, 0)");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void leasesAreRegainedWhenTheConnectionsToTheDatabaseWereForgotten() throws Exception {
        String url = server.jdbcUrl(database);
        URI uri = URI.create(url.substring("jdbc:".length()));
        try (TcpProxy proxy = TcpProxy.to(uri.getHost(), uri.getPort());
                HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(url.replace(":" + uri.getPort() + "/", ":" + proxy.port() + "/"));
            pool.setUsername(server.username());
            pool.setPassword(server.password());
            pool.setMaximumPoolSize(2);
            try (LeaseGroup group = LeaseGroup.builder(pool, "g")
                    .names(List.of("a", "b"))
                    .timeToLive(Duration.ofSeconds(1))
                    .work(LeaseGroupFaultTests::untilOver)
                    .build()) {
                group.start();
                for (int round = 1; round <= 3; round++) {
                    await("held").atMost(LONG).until(() -> tokens(group).size() == 2);
                    Map<String, Long> former = tokens(group);

                    proxy.forget();

                    // Tokens of differing names are not comparable: one lease may have changed hands more often.
                    await("regained").atMost(LONG).until(() -> {
                        Map<String, Long> tokens = tokens(group);
                        return tokens.size() == 2
                                && former.entrySet().stream()
                                        .allMatch(lease -> tokens.get(lease.getKey()) > lease.getValue());
                    });
                }
            }
        }
    }

    private static Map<String, Long> tokens(LeaseGroup group) {
        return group.held().stream().collect(Collectors.toMap(Lease::name, Lease::token));
    }

    private static void untilOver(Lease lease) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        lease.onEnd(end::countDown);
        while (lease.isHeld() && !end.await(10, TimeUnit.MILLISECONDS)) {
            // Looks again.
        }
    }

    @Test
    void leasesOfAKilledMemberAreTakenOver() {
        try (ChildJvm first = member("a,b", 2_000);
                ChildJvm second = member("a,b", 2_000)) {
            first.awaitLine(line -> line.startsWith("held"), LONG);
            second.awaitLine(line -> line.startsWith("held"), LONG);
            await().atMost(LONG).until(() -> owners() == 2 && leases() == 2);
            first.kill();
            await().atMost(LONG).until(() -> owners() == 1 && leases() == 2);
            assertThat(second.isAlive()).isTrue();
            assertThat(jdbc.queryForObject("select max(token) from patterns_lease", Long.class))
                    .isGreaterThan(1);
        }
    }

    @Test
    void aMemberThatWakesUpAfterExpiryStepsDownAndItsWritesAreRefused() {
        try (ChildJvm zombie = member("a", 5_000)) {
            long former = token(zombie.awaitLine(line -> line.startsWith("held"), LONG));
            await().atMost(LONG).until(() -> written("a") > 0);
            try (ChildJvm successor = member("a", 5_000)) {
                zombie.pause();
                long token = token(successor.awaitLine(line -> line.startsWith("held"), LONG));
                assertThat(token).isGreaterThan(former);
                await().atMost(LONG).until(() -> fencedToken("a") == token);
                zombie.resume();
                // It looked at its lease once more, at the latest after the write it was in.
                zombie.awaitLine(line -> line.equals("late " + former + " refused"), LONG);
                assertThat(zombie.output()).anyMatch(line -> line.startsWith("stepped-down a " + former + " "));
                assertThat(zombie.output()).noneMatch(line -> line.endsWith("written"));
                assertThat(fencedToken("a")).isEqualTo(token);
            }
        }
    }

    @Test
    void holdersStepDownWhileTheDatabaseIsGoneAndComeBackWithIt() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        try (ChildJvm child = member("a", 1_000);
                LeaseGroup group = LeaseGroup.builder(server.dataSource(database), "here")
                        .names(List.of("b"))
                        .timeToLive(Duration.ofSeconds(1))
                        .work(lease -> {
                            while (lease.isHeld() && !released.await(20, TimeUnit.MILLISECONDS)) {
                                // Only time ends it.
                            }
                        })
                        .build()) {
            group.start();
            long token = token(child.awaitLine(line -> line.startsWith("held"), LONG));
            await().atMost(LONG).until(() -> !group.held().isEmpty());
            Lease held = group.held().iterator().next();
            server.stopHard();
            child.awaitLine(line -> line.startsWith("database"), LONG);
            await().atMost(LONG).until(() -> !held.isHeld());
            await().atMost(LONG).until(() -> group.sinceHeartbeat().compareTo(Duration.ofSeconds(2)) > 0);
            assertThat(group.held()).isEmpty();
            server.restart();
            assertThat(token(child.awaitLine(line -> line.startsWith("held"), LONG)))
                    .isGreaterThan(token);
            await().atMost(LONG).until(() -> !group.held().isEmpty());
            assertThat(group.held().iterator().next().token()).isGreaterThan(held.token());
            assertThat(held.isHeld()).isFalse();
            released.countDown();
        }
    }

    private ChildJvm member(String names, int timeToLive) {
        return ChildJvm.builder(LeaseMember.class)
                .jvmOptions("-Xmx128m")
                .arguments(
                        server.jdbcUrl(database) + (server.jdbcUrl(database).contains("?") ? "&" : "?") + "user="
                                + server.username() + "&password=" + server.password(),
                        names,
                        Integer.toString(timeToLive))
                .start();
    }

    private static long token(String line) {
        return Long.parseLong(line.split(" ")[2]);
    }

    private long owners() {
        return count("count(distinct owner)");
    }

    private long leases() {
        return count("count(*)");
    }

    private long count(String what) {
        return jdbc.queryForObject(
                "select " + what + " from patterns_lease where expires_at > clock_timestamp() and owner is not null",
                Long.class);
    }

    private long written(String name) {
        return jdbc.queryForObject("select writes from fenced where name = ?", Long.class, name);
    }

    private long fencedToken(String name) {
        return jdbc.queryForObject("select token from fenced where name = ?", Long.class, name);
    }
}
