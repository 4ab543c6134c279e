package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.FencedException;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.PublicationException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/**
 * Publishes to Kafka.
 *
 * <p><b>Exactly-once</b> (the default): each page is one Kafka transaction that also carries the relay's progress, as a
 * record of a compacted topic. A shard's transactional ids fence every earlier session of that shard, in whatever
 * process, and the next session continues from the progress it finds, so a {@code read_committed} consumer sees each
 * event once. <b>At-least-once</b>: an idempotent producer, without fencing; after a crash or a paused relay events may
 * come twice.
 *
 * <p>Thread-safe. Opening and publishing block, within the producer's {@code max.block.ms} and
 * {@code delivery.timeout.ms}.
 */
public final class KafkaOutboxPublisher implements OutboxPublisher {

    private final Map<String, Object> producerConfig;
    private final Map<String, Object> consumerConfig;
    private final String identity;
    private final boolean exactlyOnce;
    private final Map<String, Object> adminConfig;
    private final String progressTopicName;
    private final int progressPartitions;
    private @Nullable Admin admin;

    private KafkaOutboxPublisher(Builder builder) {
        this.identity = builder.identity;
        this.exactlyOnce = builder.exactlyOnce;
        this.producerConfig = KafkaDefaults.producer(builder.producerConfig, exactlyOnce);
        this.consumerConfig = KafkaDefaults.consumer(builder.consumerConfig);
        this.adminConfig = KafkaDefaults.admin(builder.adminConfig);
        this.progressTopicName = builder.progressTopic();
        this.progressPartitions = builder.progressPartitions;
    }

    /** Starts building a publisher of the outbox of this identity, which is unique among all on the Kafka cluster. */
    public static Builder builder(String identity) {
        return new Builder(identity);
    }

    @Override
    public boolean exactlyOnce() {
        return exactlyOnce;
    }

    @Override
    public Session open(int shard) {
        try {
            return openSession(shard, admin());
        } catch (KafkaException e) {
            String problem = e instanceof RetriableException
                    ? "Kafka cannot be reached to take over shard " + shard
                    : "Shard " + shard + " cannot be taken over in Kafka";
            throw new PublicationException(problem + ": " + withCause(e), e);
        }
    }

    /** Kafka's own message may be no more than "Failed to construct kafka producer". */
    private static String withCause(KafkaException e) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(e);
        return root == e ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + root.getMessage();
    }

    /** Made when first needed: a broker's name that cannot be resolved yet must not keep the application from starting. */
    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(adminConfig);
        }
        return admin;
    }

    private Session openSession(int shard, Admin admin) {
        TopicCheck topics = new TopicCheck(admin, consumerConfig);
        if (!exactlyOnce) {
            return new IdempotentSession(producer(shard, null), topics);
        }
        ProgressTopic progressTopic =
                new ProgressTopic(admin, consumerConfig, progressTopicName, identity, progressPartitions);
        progressTopic.ensure(shard);
        TransactionalProducers producers = new TransactionalProducers(side -> producer(shard, side));
        try {
            // From here on no earlier session of the shard can commit; only then is the progress final.
            producers.fenceEarlierSessions();
            return new TransactionalSession(
                    shard,
                    producers,
                    topics,
                    progressTopic,
                    progressTopic.read(shard),
                    KafkaDefaults.transactionTimeout(producerConfig));
        } catch (ProducerFencedException e) {
            producers.close();
            throw new FencedException(shard, e);
        } catch (RuntimeException e) {
            producers.close();
            throw e;
        }
    }

    private Producer<byte[], byte[]> producer(int shard, @Nullable String side) {
        Map<String, Object> config = new HashMap<>(producerConfig);
        String id = identity + "-" + shard;
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "outbox-" + id + (side == null ? "" : side));
        if (side != null) {
            config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "patterns-outbox-" + id + side);
        }
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(KafkaDefaults.CLOSE_TIMEOUT);
            admin = null;
        }
    }

    /** Builds a {@link KafkaOutboxPublisher}. Not thread-safe. */
    public static final class Builder {

        private final String identity;
        private Map<String, Object> producerConfig = Map.of();
        private Map<String, Object> consumerConfig = Map.of();
        private Map<String, Object> adminConfig = Map.of();
        private boolean exactlyOnce = true;
        private @Nullable String progressTopic;
        private int progressPartitions = 16;

        private Builder(String identity) {
            this.identity = Objects.requireNonNull(identity, "identity");
        }

        /** Kafka client configuration: the producer's, and that of the small consumer and admin client beside it. */
        public Builder clients(
                Map<String, Object> producer, Map<String, Object> consumer, Map<String, Object> newAdmin) {
            this.producerConfig = Map.copyOf(producer);
            this.consumerConfig = Map.copyOf(consumer);
            this.adminConfig = Map.copyOf(newAdmin);
            return this;
        }

        /** Whether to publish exactly once; default {@code true}. */
        public Builder exactlyOnce(boolean exactlyOnce) {
            this.exactlyOnce = exactlyOnce;
            return this;
        }

        /** The topic that keeps the relay's progress, this outbox's alone; created when missing. Default: {@code <identity>-outbox-progress}. */
        public Builder progressTopic(String progressTopic) {
            this.progressTopic = Objects.requireNonNull(progressTopic, "progressTopic");
            return this;
        }

        /** How many partitions a created progress topic gets, at least the number of shards; default 16. */
        public Builder progressPartitions(int progressPartitions) {
            this.progressPartitions = progressPartitions;
            return this;
        }

        /** The publisher; connects when a shard is first opened. */
        public KafkaOutboxPublisher build() {
            return new KafkaOutboxPublisher(this);
        }

        private String progressTopic() {
            return progressTopic == null ? identity + "-outbox-progress" : progressTopic;
        }
    }
}
