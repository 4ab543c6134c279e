package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.inbox.IdempotentAdvisor;
import io.micropatterns.core.inbox.Inbox;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/** A {@link Shop} without Spring Boot: what a plain Spring application declares is enough. */
@SuppressWarnings("NullAway.Init")
abstract class ShopTests {

    static EscrowDatabase database;
    static AnnotationConfigApplicationContext context;
    static Shop shop;
    static Escrow escrow;
    static EscrowResources resources;
    static JdbcTemplate jdbc;

    final String item = "item-" + UUID.randomUUID();
    final String other = "other-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        database = new EscrowDatabase();
        resources = database.resources();
        jdbc = database.jdbc();
        jdbc.execute("create table invoice (id int primary key)");
        jdbc.execute("create table ordered (reservation uuid,"
                + " invoice int references invoice deferrable initially deferred)");
        context = new AnnotationConfigApplicationContext();
        context.registerBean("database", EscrowDatabase.class, () -> database, bean -> bean.setDestroyMethodName(""));
        context.register(Config.class);
        context.refresh();
        shop = context.getBean(Shop.class);
        escrow = context.getBean(Escrow.class);
    }

    @AfterAll
    static void stop() {
        context.close();
        database.close();
    }

    @BeforeEach
    void stock() {
        resources.create(item, 3);
        resources.create(other, 10);
    }

    @AfterEach
    void verify() {
        assertThat(resources.verify()).isEmpty();
        assertThat(context.getBean(CurrentReservation.class).find()).isEmpty();
    }

    static void notCalled(Reservation held) {
        throw new AssertionError("called with " + held);
    }

    static void order(Reservation held, Object invoice) {
        jdbc.update("insert into ordered values (?, ?)", held.id(), invoice);
    }

    static boolean isOrdered(UUID id) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject("select exists (select 1 from ordered where reservation = ?)", Boolean.class, id));
    }

    static boolean isOfOneTransaction(UUID id) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "select h.xmin = o.xmin from patterns_escrow_hold h join ordered o using (reservation)"
                        + " where reservation = ? limit 1",
                Boolean.class,
                id));
    }

    static ReservationState state(UUID id) {
        return escrow.find(id).orElseThrow().state();
    }

    static Resource resource(String name) {
        return resources.find(name).orElseThrow();
    }

    void assertAvailable(long quantity) {
        assertThat(resource(item).available()).isEqualTo(quantity);
        assertThat(resource(item).consumed()).isZero();
    }

    interface Call {
        UUID run() throws Exception;
    }

    static UUID call(Call call) {
        try {
            return call.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Config {

        @Bean
        PlatformTransactionManager transactionManager(EscrowDatabase database) {
            return new JdbcTransactionManager(database.dataSource());
        }

        @Bean
        Inbox inbox(EscrowDatabase database, PlatformTransactionManager transactionManager) {
            DataSource dataSource = database.dataSource();
            return Inbox.builder(dataSource, transactionManager)
                    .wait(Duration.ofSeconds(10))
                    .build();
        }

        @Bean
        Escrow escrow(EscrowDatabase database) {
            return Escrow.builder(database.store(0)).build();
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static IdempotentAdvisor idempotentAdvisor(ObjectProvider<Inbox> inbox) {
            return new IdempotentAdvisor(inbox::getObject);
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static CurrentReservation currentReservation() {
            return new CurrentReservation();
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ReserveAdvisor reserveAdvisor(ObjectProvider<Escrow> escrow, CurrentReservation current) {
            return new ReserveAdvisor(escrow::getObject, current);
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ConfirmAdvisor confirmAdvisor(CurrentReservation current) {
            return new ConfirmAdvisor(current);
        }

        @Bean
        Shop shop(CurrentReservation current) {
            return new Shop(current);
        }
    }
}
