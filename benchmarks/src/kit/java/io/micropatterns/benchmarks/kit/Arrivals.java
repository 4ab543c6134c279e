package io.micropatterns.benchmarks.kit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Tells when a topic has received every event of a range, at the same small cost for every subject: while the relay
 * works only the partitions' last stable offsets are asked for, every few milliseconds; once they say that enough has come the
 * records themselves are read, each sequence number is ticked off, and the instant is that of the first sample which
 * covered the last missing record. Not thread-safe.
 */
final class Arrivals implements AutoCloseable {

    static final int PARTITIONS = 4;

    private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Admin admin;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<TopicPartition, OffsetSpec> latest = new LinkedHashMap<>();
    private final List<TopicPartition> partitions = new ArrayList<>();

    Arrivals(Environment environment) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", environment.bootstrap());
        admin = Admin.create(client);
        admin.createTopics(List.of(new NewTopic(environment.topic(), PARTITIONS, (short) 1)))
                .all()
                .get();
        for (int i = 0; i < PARTITIONS; i++) {
            TopicPartition partition = new TopicPartition(environment.topic(), i);
            partitions.add(partition);
            latest.put(partition, OffsetSpec.latest());
        }
        consumer = consumer(environment);
        consumer.assign(partitions);
    }

    static KafkaConsumer<String, byte[]> consumer(Environment environment) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", environment.bootstrap(),
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false",
                        "fetch.max.wait.ms", "100",
                        "max.poll.records", "5000"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Starts to wait for the events that are published from now on, beginning with this sequence number. */
    Range from(long first) throws Exception {
        return new Range(first, ends());
    }

    private long[] ends() throws Exception {
        Map<TopicPartition, ListOffsetsResultInfo> offsets = admin.listOffsets(
                        latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get();
        long[] ends = new long[PARTITIONS];
        offsets.forEach((partition, info) -> ends[partition.partition()] = info.offset());
        return ends;
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
    }

    /** A run of sequence numbers under way. */
    final class Range {

        private final long first;
        private final long[] start;
        private final BitSet seen = new BitSet();
        private final long[] lastNeeded = new long[PARTITIONS];
        private final List<long[]> samples = new ArrayList<>();
        private final List<Long> sampleTimes = new ArrayList<>();
        private long duplicates;

        private Range(long first, long[] start) {
            this.first = first;
            this.start = start;
            Arrays.fill(lastNeeded, -1);
            for (TopicPartition partition : partitions) {
                consumer.seek(partition, start[partition.partition()]);
            }
        }

        /**
         * Blocks until every one of {@code events} has arrived, and returns the {@link System#nanoTime()} at which the
         * last one had.
         *
         * @throws IllegalStateException when nothing arrives for a minute and a half although events are missing
         */
        long await(long events) throws Exception {
            long progressed = System.nanoTime();
            long before = -1;
            while (true) {
                long now = System.nanoTime();
                long[] ends = ends();
                samples.add(ends);
                sampleTimes.add(now);
                long arrived = Arrays.stream(ends).sum() - Arrays.stream(start).sum();
                if (arrived != before) {
                    before = arrived;
                    progressed = now;
                } else if (now - progressed > PATIENCE_NANOS) {
                    throw new IllegalStateException("Lost events: " + (events - seen.cardinality()) + " of " + events
                            + " have not arrived, " + arrived + " offsets were used");
                }
                if (arrived >= events) {
                    read(ends);
                    // The reader may be ahead of the samples: then the next one will tell.
                    OptionalLong completed = seen.cardinality() == events ? completedAt() : OptionalLong.empty();
                    if (completed.isPresent()) {
                        return completed.getAsLong();
                    }
                    if (seen.length() > events) {
                        throw new IllegalStateException(
                                "Event " + (first + seen.length() - 1) + " was never published");
                    }
                }
                TimeUnit.NANOSECONDS.sleep(Math.max(0, SAMPLE_NANOS - (System.nanoTime() - now)));
            }
        }

        /** How many records repeated an event that had been there already. */
        long duplicates() {
            return duplicates;
        }

        private void read(long[] ends) {
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends[partition.partition()])) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    int index = Math.toIntExact(OrderPlaced.sequenceOf(record.key()) - first);
                    if (index < 0) {
                        continue;
                    }
                    if (seen.get(index)) {
                        duplicates++;
                    } else {
                        seen.set(index);
                        lastNeeded[record.partition()] = record.offset();
                    }
                }
            }
        }

        private OptionalLong completedAt() {
            for (int i = 0; i < samples.size(); i++) {
                if (covers(samples.get(i))) {
                    return OptionalLong.of(sampleTimes.get(i));
                }
            }
            return OptionalLong.empty();
        }

        private boolean covers(long[] ends) {
            for (int i = 0; i < PARTITIONS; i++) {
                if (ends[i] <= lastNeeded[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
