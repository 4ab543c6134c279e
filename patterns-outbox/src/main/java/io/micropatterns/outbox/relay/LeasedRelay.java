package io.micropatterns.outbox.relay;

import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.lease.Lease;
import io.micropatterns.core.lease.LeaseGroup;
import io.micropatterns.core.lease.LeaseOwner;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.outbox.ShardStatus;
import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.SlotKeeper;
import java.time.Duration;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Relays the shards that this instance holds the lease of, each on a thread of its own: by polling the outbox's table, or, the
 * only shard of an outbox, by streaming the database's log. Thread-safe.
 */
public final class LeasedRelay implements OutboxRelay {

    private static final String LEASE_PREFIX = "outbox-shard-";

    private final Builder builder;
    private final OutboxListener listener;
    private final Map<Integer, ShardRelay> relays = new ConcurrentHashMap<>();
    private final PauseFlag paused;
    private final StepDown stepDown;
    private volatile @Nullable LeaseGroup leases;
    private @Nullable ExecutorService executor;

    private LeasedRelay(Builder builder) {
        this.builder = builder;
        this.listener = OutboxListener.all(List.of(builder.listener));
        this.paused = new PauseFlag(builder.log);
        this.stepDown = new StepDown(builder.options.stepDownAfter(), this::leave, this::left, System::nanoTime);
        builder.signals.subscribe(new Signals());
    }

    /** Starts building a relay of the events in a log. */
    public static Builder builder(
            DataSource dataSource, OutboxLog log, OutboxPublisher publisher, DeadLetters deadLetters) {
        return new Builder(dataSource, log, publisher, deadLetters);
    }

    @Override
    public synchronized void start() {
        if (leases != null) {
            return;
        }
        if (builder.log.shards().isEmpty()) {
            throw new IllegalStateException("The outbox has no shards, so nothing would be relayed; register as many"
                    + " as the Outbox has before starting the relay (JdbcOutboxLog.registerShards)");
        }
        ExecutorService threads = Executors.newCachedThreadPool(builder.threadFactory);
        RelayParts parts = new RelayParts(
                builder.log,
                builder.publisher,
                builder.deadLetters,
                listener,
                builder.options,
                threads,
                stepDown,
                builder.cdc);
        executor = threads;
        LeaseGroup started = LeaseGroup.builder(builder.dataSource, LEASE_GROUP)
                .names(this::leaseNames)
                .timeToLive(builder.options.leaseTimeToLive())
                .threadFactory(builder.threadFactory)
                .work(lease -> relay(lease, parts))
                .build();
        started.start();
        leases = started;
    }

    private void leave(Duration time) {
        LeaseGroup current = leases;
        if (current != null) {
            current.stepDown(time);
        }
    }

    private Duration left() {
        LeaseGroup current = leases;
        return current == null ? Duration.ZERO : current.steppedDownFor();
    }

    /** Asked anew at each heartbeat: an instance with more shards may have joined. */
    private List<String> leaseNames() {
        return builder.log.shards().stream()
                .sorted()
                .map(shard -> LEASE_PREFIX + shard)
                .toList();
    }

    private void relay(Lease lease, RelayParts parts) throws InterruptedException {
        int shard = Integer.parseInt(lease.name().substring(LEASE_PREFIX.length()));
        ShardRelay relay = new ShardRelay(shard, lease, parts, paused::isSet);
        relays.put(shard, relay);
        try {
            relay.run();
        } finally {
            relays.remove(shard, relay);
        }
    }

    @Override
    public synchronized void stop() {
        if (leases != null) {
            leases.close();
            leases = null;
        }
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
        }
    }

    @Override
    public boolean isRunning() {
        return leases != null;
    }

    @Override
    public void pause() {
        builder.log.setPaused(true);
    }

    @Override
    public void resume() {
        builder.log.setPaused(false);
    }

    @Override
    public boolean isPaused() {
        return builder.log.isPaused();
    }

    @Override
    public Duration sinceHeartbeat() {
        LeaseGroup current = leases;
        return current == null ? Duration.ZERO : current.sinceHeartbeat();
    }

    @Override
    public Optional<String> steppedDown() {
        return stepDown.reason();
    }

    @Override
    public List<ShardStatus> shards() {
        return relays.values().stream()
                .map(ShardRelay::status)
                .sorted(Comparator.comparingInt(ShardStatus::shard))
                .toList();
    }

    @Override
    public List<LeaseOwner> owners() {
        LeaseGroup current = leases;
        return current == null ? List.of() : current.owners();
    }

    @Override
    public boolean rebase(int shard) {
        ShardRelay relay = relays.get(shard);
        return relay != null && relay.rebase();
    }

    private final class Signals implements OutboxSignals.Subscriber {

        @Override
        public void committed(BitSet shards) {
            for (int shard = shards.nextSetBit(0); shard >= 0; shard = shards.nextSetBit(shard + 1)) {
                ShardRelay relay = relays.get(shard);
                if (relay != null) {
                    relay.wake();
                }
            }
        }

        @Override
        public BitSet relayed() {
            BitSet here = new BitSet();
            relays.keySet().forEach(here::set);
            return here;
        }
    }

    /** Builds a {@link LeasedRelay}. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private final OutboxLog log;
        private final OutboxPublisher publisher;
        private final DeadLetters deadLetters;
        private OutboxSignals signals = OutboxSignals.none();
        private OutboxListener listener = OutboxListener.all(List.of());
        private RelayOptions options = RelayOptions.defaults();
        private ThreadFactory threadFactory = Thread::new;
        private @Nullable CdcParts cdc;

        private Builder(DataSource dataSource, OutboxLog log, OutboxPublisher publisher, DeadLetters deadLetters) {
            this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
            this.log = Objects.requireNonNull(log, "log");
            this.publisher = Objects.requireNonNull(publisher, "publisher");
            this.deadLetters = Objects.requireNonNull(deadLetters, "deadLetters");
        }

        /** Where commits are signalled; default: nowhere, so that events wait for the next poll. */
        public Builder signals(OutboxSignals signals) {
            this.signals = Objects.requireNonNull(signals, "signals");
            return this;
        }

        /** Hears of what is published and what fails; default: nobody. */
        public Builder listener(OutboxListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** How to work. */
        public Builder options(RelayOptions options) {
            this.options = Objects.requireNonNull(options, "options");
            return this;
        }

        /**
         * Streams shard 0 from the database's log, where a slot can be had, and polls it otherwise. Events must all be stored
         * in that shard, for the order to be that of their commits; other shards are polled.
         */
        public Builder streaming(ChangeSource source, SlotKeeper keeper) {
            this.cdc = new CdcParts(Objects.requireNonNull(source, "source"), Objects.requireNonNull(keeper, "keeper"));
            return this;
        }

        /** Makes the relay's threads. */
        public Builder threadFactory(ThreadFactory threadFactory) {
            this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
            return this;
        }

        /** The relay, not started yet. */
        public LeasedRelay build() {
            return new LeasedRelay(this);
        }
    }
}
