package io.micropatterns.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.core.CoreDatabase;
import io.micropatterns.core.method.InvalidAnnotationException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Without Spring Boot: what a plain Spring application declares is enough. */
class IdempotentTests {

    private AnnotationConfigApplicationContext context;
    private Handler handler;
    private JdbcTemplate jdbc;

    @BeforeEach
    void start() {
        context = new AnnotationConfigApplicationContext();
        DataSource dataSource = CoreDatabase.withCoreTables();
        context.registerBean("dataSource", DataSource.class, () -> dataSource);
        context.register(Config.class);
        context.refresh();
        handler = context.getBean(Handler.class);
        jdbc = context.getBean(JdbcTemplate.class);
        jdbc.execute("create table effect (key text)");
    }

    @AfterEach
    void stop() {
        context.close();
    }

    @Test
    void repeatedCallsReturnWhatTheFirstReturned() {
        List<Receipt> first = handler.receipts(new Event("e1", 2));
        assertThat(handler.receipts(new Event("e1", 99))).isEqualTo(first).containsExactly(new Receipt("e1", 2));
        assertThat(handler.receipts(new Event("e2", 1))).containsExactly(new Receipt("e2", 1));
        assertThat(effects()).containsExactly("e1", "e2");
    }

    @Test
    void methodsWithoutAReturnValueRunOnceUnderTheirNamedConsumer() {
        handler.on("k");
        handler.on("k");
        assertThat(effects()).containsExactly("k");
        assertThat(jdbc.queryForList("select consumer from patterns_inbox", String.class))
                .containsExactly("named");
    }

    @Test
    void theDefaultConsumerIsClassAndMethod() {
        handler.receipts(new Event("e1", 2));
        assertThat(jdbc.queryForList("select consumer from patterns_inbox", String.class))
                .containsExactly("Handler.receipts");
    }

    @Test
    void keyAndEffectShareATransactionThatTheMethodItselfBegins() {
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> handler.failing("k"));
        assertThat(effects()).isEmpty();
        assertThat(jdbc.queryForList("select key from patterns_inbox", String.class))
                .isEmpty();
        assertThat(handler.requiresNew("k")).isTrue();
    }

    @Test
    void checkedExceptionsComeThroughAndRollBack() {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> handler.checked("k"))
                .withMessage("checked");
        assertThat(effects()).isEmpty();
    }

    @Test
    void aKeyThatIsNullOrBlankOrFailsIsRefused() {
        assertThatExceptionOfType(InboxException.class)
                .isThrownBy(() -> handler.on(" "))
                .withMessageContaining("is blank");
        assertThatExceptionOfType(InboxException.class)
                .isThrownBy(() -> handler.badKey("k"))
                .withMessageContaining("#key.nobody")
                .withMessageContaining("badKey");
        assertThatExceptionOfType(InboxException.class)
                .isThrownBy(() -> handler.nullKey("k"))
                .withMessageContaining("is null");
    }

    @Test
    void whatCannotBeUsedIsRefusedWhenTheBeanIsMade() {
        IdempotentAdvisor advisor = context.getBean(IdempotentAdvisor.class);
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> AopUtils.canApply(advisor, NoExpression.class))
                .withMessageContaining("no SpEL expression");
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> AopUtils.canApply(advisor, ReturnsEarly.class))
                .withMessageContaining("returns before its work is done");
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> AopUtils.canApply(advisor, Final.class))
                .withMessageContaining("it is final");
        assertThat(AopUtils.canApply(advisor, Handler.class)).isTrue();
        assertThat(AopUtils.canApply(advisor, Event.class)).isFalse();
    }

    private List<String> effects() {
        return jdbc.queryForList("select key from effect order by key", String.class);
    }

    record Event(String id, int quantity) {}

    record Receipt(String id, int quantity) {}

    static class Handler {

        private final JdbcTemplate jdbc;

        Handler(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Idempotent(key = "#event.id")
        public List<Receipt> receipts(Event event) {
            jdbc.update("insert into effect values (?)", event.id());
            return List.of(new Receipt(event.id(), event.quantity()));
        }

        @Idempotent(key = "#p0", consumer = "named", waits = false)
        public void on(String key) {
            jdbc.update("insert into effect values (?)", key);
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @Idempotent(key = "#key", consumer = "tx")
        public boolean failing(String key) {
            jdbc.update("insert into effect values (?)", key);
            throw new IllegalStateException("broken");
        }

        /** The key's row is still invisible to others: it belongs to this method's own transaction. */
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @Idempotent(key = "#key", consumer = "tx")
        public boolean requiresNew(String key) {
            return Boolean.TRUE.equals(jdbc.queryForObject(
                    "select exists (select 1 from patterns_inbox where key = ? and xmin::text::bigint"
                            + " = pg_current_xact_id()::text::bigint)",
                    Boolean.class,
                    key));
        }

        @Idempotent(key = "#key", consumer = "checked")
        public void checked(String key) throws Exception {
            jdbc.update("insert into effect values (?)", key);
            throw new Exception("checked");
        }

        @Idempotent(key = "#key.nobody")
        public void badKey(String key) {}

        @Idempotent(key = "null")
        public void nullKey(String key) {}
    }

    static class NoExpression {
        @Idempotent(key = "#")
        public void method(String key) {}
    }

    static class ReturnsEarly {
        @Idempotent(key = "#key")
        public CompletableFuture<String> method(String key) {
            return CompletableFuture.completedFuture(key);
        }
    }

    static class Final {
        @Idempotent(key = "#key")
        public final void method(String key) {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Config {

        @Bean
        PlatformTransactionManager transactionManager(DataSource dataSource) {
            return new JdbcTransactionManager(dataSource);
        }

        @Bean
        JdbcTemplate jdbcTemplate(DataSource dataSource) {
            return new JdbcTemplate(dataSource);
        }

        @Bean
        Inbox inbox(DataSource dataSource, PlatformTransactionManager transactionManager) {
            return Inbox.builder(dataSource, transactionManager).build();
        }

        @Bean
        @org.springframework.context.annotation.Role(
                org.springframework.beans.factory.config.BeanDefinition.ROLE_INFRASTRUCTURE)
        static IdempotentAdvisor idempotentAdvisor(ObjectProvider<Inbox> inbox) {
            return new IdempotentAdvisor(inbox::getObject);
        }

        @Bean
        Handler handler(JdbcTemplate jdbc) {
            return new Handler(jdbc);
        }
    }
}
