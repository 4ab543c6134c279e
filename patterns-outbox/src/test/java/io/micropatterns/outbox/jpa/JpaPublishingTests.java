package io.micropatterns.outbox.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micropatterns.outbox.Noted;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxMessage;
import io.micropatterns.outbox.StreamReader;
import io.micropatterns.outbox.TestApplication;
import io.micropatterns.test.junit.KafkaTest;
import io.micropatterns.test.junit.PostgresTest;
import io.micropatterns.test.kafka.KafkaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Publishing in JPA transactions. */
@SpringBootTest(
        classes = {TestApplication.class, JpaPublishingTests.Services.class},
        properties = {"spring.jpa.hibernate.ddl-auto=create", "spring.jpa.open-in-view=false"})
@PostgresTest
@KafkaTest
class JpaPublishingTests {

    @Autowired
    AccountRepository accounts;

    @Autowired
    AccountService service;

    @Autowired
    Outbox outbox;

    @Autowired
    ApplicationEventPublisher events;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    JdbcTemplate jdbc;

    private String topic;

    @BeforeEach
    void topicOfItsOwn() {
        topic = "jpa-" + UUID.randomUUID();
    }

    @Test
    void anAggregatesDomainEventsLeaveWhenItIsSaved(KafkaServer kafka) {
        accounts.save(new Account(topic).deposit(5, topic));
        accounts.save(accounts.findById(topic).orElseThrow().deposit(2, topic));

        assertThat(texts(kafka, 2)).containsExactly("5", "7");
    }

    @Test
    void aTransactionalServiceStoresEntityAndEventTogetherOrNeither(KafkaServer kafka) {
        assertThatThrownBy(() -> service.open(topic + "-lost", topic, true)).isInstanceOf(IllegalStateException.class);
        service.open(topic, topic, false);

        assertThat(accounts.existsById(topic + "-lost")).isFalse();
        assertThat(accounts.existsById(topic)).isTrue();
        assertThat(read(kafka, 1)).extracting(ConsumerRecord::key).containsExactly(topic);
    }

    @Test
    void springEventsAreStoredInTheTransactionThatPublishesThem(KafkaServer kafka) {
        transaction.executeWithoutResult(status -> {
            events.publishEvent(new Noted(topic, "k", "rolled back"));
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(status -> events.publishEvent(new Noted(topic, "k", "committed")));

        assertThat(texts(kafka, 1)).containsExactly("committed");
    }

    @Test
    void anInnerTransactionCommitsItsEventsThoughTheOuterRollsBack(KafkaServer kafka) {
        TransactionTemplate inner = new TransactionTemplate(transaction.getTransactionManager());
        inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transaction.executeWithoutResult(status -> {
            outbox.publish(new Noted(topic, "k", "outer before"));
            inner.executeWithoutResult(own -> outbox.publish(new Noted(topic, "k", "inner")));
            outbox.publish(new Noted(topic, "k", "outer after"));
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(status -> outbox.publish(new Noted(topic, "k", "next")));

        assertThat(texts(kafka, 2)).containsExactly("inner", "next");
    }

    @Test
    void anOuterTransactionKeepsItsEventsThoughTheInnerRollsBack(KafkaServer kafka) {
        TransactionTemplate inner = new TransactionTemplate(transaction.getTransactionManager());
        inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transaction.executeWithoutResult(status -> {
            outbox.publish(new Noted(topic, "k", "outer before"));
            inner.executeWithoutResult(own -> {
                outbox.publish(new Noted(topic, "k", "inner"));
                own.setRollbackOnly();
            });
            outbox.publish(new Noted(topic, "k", "outer after"));
        });

        assertThat(texts(kafka, 2)).containsExactly("outer before", "outer after");
    }

    @Test
    void concurrentWritersOfAVersionedAggregateAreReadInTheirCommitOrder(KafkaServer kafka) throws Exception {
        int deposits = 60;
        accounts.save(new Account(topic));
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < deposits; i++) {
                all.add(writers.submit(() -> depositUntilDone(topic)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            writers.shutdownNow();
        }

        assertThat(texts(kafka, deposits))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, deposits)
                        .mapToObj(Long::toString)
                        .toList());
    }

    private void depositUntilDone(String id) {
        while (true) {
            try {
                transaction.executeWithoutResult(status ->
                        accounts.save(accounts.findById(id).orElseThrow().deposit(1, topic)));
                return;
            } catch (OptimisticLockingFailureException e) {
                // Another writer was quicker.
            }
        }
    }

    @Test
    void writersThatTakeARowLockAreReadInTheirCommitOrder(KafkaServer kafka) throws Exception {
        int turns = 60;
        accounts.save(new Account(topic));
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < turns; i++) {
                all.add(writers.submit(() -> transaction.executeWithoutResult(status -> {
                    Long balance = jdbc.queryForObject(
                            "update account set balance = balance + 1 where id = ? returning balance",
                            Long.class,
                            topic);
                    outbox.publish(new Noted(topic, topic, String.valueOf(balance)));
                })));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            writers.shutdownNow();
        }

        assertThat(texts(kafka, turns))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, turns)
                        .mapToObj(Long::toString)
                        .toList());
    }

    private List<ConsumerRecord<String, String>> read(KafkaServer kafka, int count) {
        try (StreamReader reader = new StreamReader(kafka.bootstrapServers(), topic)) {
            return List.copyOf(reader.readUntil(read -> read.size() >= count));
        }
    }

    private List<String> texts(KafkaServer kafka, int count) {
        return read(kafka, count).stream()
                .map(record -> StreamReader.header(record, "text"))
                .toList();
    }

    /** What an application would write. */
    static class AccountService {

        private final AccountRepository accounts;
        private final Outbox outbox;

        AccountService(AccountRepository accounts, Outbox outbox) {
            this.accounts = accounts;
            this.outbox = outbox;
        }

        @Transactional
        public void open(String id, String topic, boolean failing) {
            accounts.save(new Account(id));
            outbox.publish(OutboxMessage.to(topic)
                    .key(id)
                    .type("opened")
                    .header("text", id)
                    .payload("{}"));
            if (failing) {
                throw new IllegalStateException("the business changed its mind");
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Services {

        @Bean
        AccountService accountService(AccountRepository accounts, Outbox outbox) {
            return new AccountService(accounts, outbox);
        }
    }
}
