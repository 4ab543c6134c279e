package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.inbox.IdempotentAdvisor;
import io.micropatterns.core.method.InvalidAnnotationException;
import io.micropatterns.escrow.ConfirmAdvisor;
import io.micropatterns.escrow.CurrentReservation;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.Reserve;
import io.micropatterns.escrow.ReserveAdvisor;
import io.micropatterns.test.postgres.PostgresServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;

/** A whole application with nothing configured but its database: with JPA, and with JDBC alone. */
@ExtendWith(OutputCaptureExtension.class)
class ReserveAutoConfigurationTests {

    private static final String WITHOUT_JPA =
            "--spring.autoconfigure.exclude=org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
                    + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration";

    private static final String WITHOUT_OUTBOX = "--patterns.outbox.enabled=false";

    private static ConfigurableApplicationContext start(Class<?> type, String... arguments) {
        PostgresServer server = PostgresServer.shared();
        Map<String, String> database = Map.of(
                "url", server.jdbcUrl(server.createDatabase()),
                "username", server.username(),
                "password", server.password());
        Stream<String> properties = database.entrySet().stream()
                .map(entry -> "--spring.datasource." + entry.getKey() + "=" + entry.getValue());
        return new SpringApplicationBuilder(type)
                .run(Stream.of(
                                properties,
                                Arrays.stream(arguments),
                                Stream.of("--spring.jpa.hibernate.ddl-auto=create"))
                        .flatMap(all -> all)
                        .toArray(String[]::new));
    }

    @Test
    void rowsOfJpaAndTheConsumptionAreOneCommit(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start(Application.class)) {
            assertThat(context.getBean(PlatformTransactionManager.class)).isInstanceOf(JpaTransactionManager.class);
            checkOneCommit(context);
            checkFailingCommit(context);
            checkOrder(context);
        }
        assertThat(output).doesNotContain("not eligible for getting processed");
    }

    @Test
    void rowsOfJdbcAndTheConsumptionAreOneCommit(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start(Application.class, WITHOUT_JPA)) {
            checkOneCommit(context);
            checkFailingCommit(context);
            checkOrder(context);
        }
        assertThat(output).doesNotContain("not eligible for getting processed");
    }

    private static void checkOneCommit(ConfigurableApplicationContext context) {
        context.getBean(EscrowResources.class).create("bed", 2);
        UUID id = context.getBean(Checkout.class).order("bed");
        assertThat(state(context, id)).isEqualTo(ReservationState.CONFIRMED);
        assertThat(context.getBean(JdbcTemplate.class)
                        .queryForObject(
                                "select h.xmin = o.xmin from patterns_escrow_hold h join purchase o on o.id = h.reservation",
                                Boolean.class))
                .isTrue();
    }

    /** The second purchase of the same is refused by the database at the commit, when JPA flushes or the constraint is checked. */
    private static void checkFailingCommit(ConfigurableApplicationContext context) {
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> context.getBean(Checkout.class).order("bed"));
        assertThat(context.getBean(EscrowResources.class).find("bed")).hasValueSatisfying(bed -> {
            assertThat(bed.consumed()).isEqualTo(1);
            assertThat(bed.available()).isEqualTo(1);
        });
        assertThat(context.getBean(EscrowResources.class).verify()).isEmpty();
    }

    private static void checkOrder(ConfigurableApplicationContext context) {
        List<Class<?>> advisors = Arrays.stream(((Advised) context.getBean(Checkout.class)).getAdvisors())
                .<Class<?>>map(Advisor::getClass)
                .toList();
        assertThat(advisors)
                .containsSubsequence(
                        ReserveAdvisor.class, BeanFactoryTransactionAttributeSourceAdvisor.class, ConfirmAdvisor.class);
        List<? extends Advisor> all =
                context.getBeanProvider(Advisor.class).stream().toList();
        assertThat(all.stream().<Class<?>>map(Advisor::getClass))
                .containsSubsequence(IdempotentAdvisor.class, ConfirmAdvisor.class);
    }

    private static ReservationState state(ConfigurableApplicationContext context, UUID id) {
        return context.getBean(Escrow.class).find(id).orElseThrow().state();
    }

    @Test
    void whatCannotBeUsedStopsTheStart(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> start(ReturnsEarly.class, WITHOUT_JPA).close())
                .havingRootCause()
                .isInstanceOf(InvalidAnnotationException.class);
        assertThat(output)
                .contains(
                        "APPLICATION FAILED TO START",
                        "ReturnsEarly.later",
                        "there is nothing yet to confirm.",
                        "Let the method return the result itself");
    }

    @Test
    void withoutAnEscrowWhatIsToReserveStopsTheStart(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() ->
                        start(TwoDatabases.class, WITHOUT_JPA, WITHOUT_OUTBOX).close())
                .havingRootCause()
                .isInstanceOf(PatternConfigurationException.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "The bean 'seller' of " + Seller.class.getName(), "@Primary");
    }

    @Test
    void whereTheEscrowIsSwitchedOffWhatIsToReserveIsLoggedOnce(CapturedOutput output) {
        try (ConfigurableApplicationContext context =
                start(TwoDatabases.class, WITHOUT_JPA, WITHOUT_OUTBOX, "--patterns.escrow.enabled=false")) {
            assertThat(context.getBean("seller", Seller.class).sell()).isEqualTo("sold");
        }
        assertThat(output.getOut().split("Nothing is reserved for the methods with @Reserve of ", -1))
                .hasSize(2);
    }

    @Test
    void isThereWithTheEscrowOnly() {
        try (ConfigurableApplicationContext context =
                start(WithoutEscrow.class, WITHOUT_JPA, "--patterns.escrow.enabled=false")) {
            assertThat(context.getBeanProvider(CurrentReservation.class)).isEmpty();
            assertThat(context.getBeanProvider(ReserveAdvisor.class)).isEmpty();
            assertThat(context.getBeanProvider(ConfirmAdvisor.class)).isEmpty();
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = Purchase.class)
    static class Application {

        /** Is looked at by the auto-proxy creator, which asks for all advisors then. */
        @Bean
        static BeanPostProcessor beanPostProcessor() {
            return new BeanPostProcessor() {};
        }

        @Bean
        Checkout checkout(
                ObjectProvider<EntityManager> entities, JdbcTemplate jdbc, CurrentReservation current, Escrow escrow) {
            return new Checkout(entities, jdbc, current, escrow);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WithoutEscrow {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoDatabases {

        @Bean
        DataSource east() {
            return EscrowApplication.newDatabase();
        }

        @Bean
        DataSource west() {
            return EscrowApplication.newDatabase();
        }

        @Bean
        Seller seller() {
            return new Seller();
        }

        @Bean
        Seller another() {
            return new Seller();
        }
    }

    static class Seller {

        @Reserve(resource = "'bed'")
        @Reserve(resource = "'mattress'")
        public String sell() {
            return "sold";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class ReturnsEarly {

        @Reserve(resource = "'bed'")
        public CompletableFuture<String> later() {
            return CompletableFuture.completedFuture("later");
        }
    }

    @Transactional
    static class Checkout {

        private final ObjectProvider<EntityManager> entities;
        private final JdbcTemplate jdbc;
        private final CurrentReservation current;
        private final Escrow escrow;

        Checkout(ObjectProvider<EntityManager> entities, JdbcTemplate jdbc, CurrentReservation current, Escrow escrow) {
            this.entities = entities;
            this.jdbc = jdbc;
            this.current = current;
            this.escrow = escrow;
        }

        @Reserve(resource = "#sku")
        public UUID order(String sku) {
            Reservation held = current.get();
            CompletableFuture.runAsync(() -> assertThat(
                                    escrow.find(held.id()).orElseThrow().state())
                            .isEqualTo(ReservationState.HELD))
                    .join();
            EntityManager jpa = entities.getIfAvailable();
            if (jpa == null) {
                jdbc.execute("create table if not exists purchase (id uuid primary key, sku text unique deferrable"
                        + " initially deferred)");
                jdbc.update("insert into purchase values (?, ?)", held.id(), sku);
            } else {
                jpa.persist(new Purchase(held.id(), sku));
            }
            return held.id();
        }
    }

    @Entity
    @Table(name = "purchase")
    static class Purchase {

        @Id
        private UUID id;

        @Column(unique = true)
        private String sku;

        Purchase() {}

        Purchase(UUID id, String sku) {
            this.id = id;
            this.sku = sku;
        }
    }
}
