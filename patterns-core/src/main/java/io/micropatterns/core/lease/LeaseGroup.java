package io.micropatterns.core.lease;

import io.micropatterns.core.jdbc.NetworkTimeout;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Shares a fixed set of leases fairly among the live members of a group and runs the leased work. With n leases and m
 * members each member holds between ⌊n/m⌋ and ⌈n/m⌉; a member that joins is given its share within a heartbeat of the
 * others, and the leases of one that died are taken over once they expire.
 *
 * <p>Expiry is judged by the database's clock, stepping down by the member's own monotonic clock, so differing or
 * jumping wall clocks do no harm. Each method is thread-safe.
 */
public interface LeaseGroup extends AutoCloseable {

    /** Starts building a group: members of the same name, on the same database, share its leases. */
    static Builder builder(DataSource dataSource, String group) {
        return new Builder(dataSource, group);
    }

    /** This member's name, unique to the process. */
    String member();

    /** Joins the group and begins to acquire leases and run their work. Does not block. */
    void start();

    /** The leases this member holds. Does no I/O. */
    Collection<Lease> held();

    /** Who holds what in the whole group. One query. */
    List<LeaseOwner> owners();

    /** How long ago the last heartbeat reached the database; longer than the time to live means: not a live member. */
    Duration sinceHeartbeat();

    /**
     * Leaves the work to the other members for a while: gives back all leases and takes none, for this member finds that
     * it cannot do the work though it is alive. While every live member has stepped down, all have their shares as if none
     * had, so that somebody always tries. Ends early by {@code Duration.ZERO}. Does no I/O and does not wait; may be called
     * by the work itself, whose lease then ends.
     *
     * @param time from now; replaces that of an earlier call
     */
    void stepDown(Duration time);

    /** For how long this member has still stepped down; zero when it has not. Does no I/O. */
    Duration steppedDownFor();

    /** Stops the work, waits for it, boundedly, gives the leases back and leaves the group. */
    @Override
    void close();

    /** Builds a {@link LeaseGroup}. Not thread-safe. */
    final class Builder {

        private static final Duration SHORTEST_TIMEOUT = Duration.ofSeconds(1);

        final DataSource dataSource;
        final String group;

        @Nullable
        Supplier<? extends Collection<String>> names;

        String member = ProcessHandle.current().pid() + "-" + UUID.randomUUID();
        Duration timeToLive = Duration.ofSeconds(10);
        LeasedWork work = lease -> {};
        ThreadFactory threadFactory = Thread::new;
        LongSupplier nanoClock = System::nanoTime;

        private Builder(DataSource dataSource, String group) {
            this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
            this.group = Objects.requireNonNull(group, "group");
        }

        /** The names to be leased, each unique in the whole database. */
        public Builder names(Collection<String> names) {
            List<String> fixed = List.copyOf(names);
            if (fixed.isEmpty()) {
                throw new IllegalArgumentException("a lease group needs at least one name");
            }
            return names(() -> fixed);
        }

        /** As {@link #names(Collection)}, but asked anew at each heartbeat, for names that come while members live. */
        public Builder names(Supplier<? extends Collection<String>> names) {
            this.names = Objects.requireNonNull(names, "names");
            return this;
        }

        /** This member's name; it must be unique to the process. Default: the process id and a random UUID. */
        public Builder member(String member) {
            this.member = Objects.requireNonNull(member, "member");
            return this;
        }

        /**
         * How long a lease outlives its holder's last heartbeat; default 10 s, at least 100 ms. A heartbeat is sent
         * every quarter of it, and a connection on which the database does not answer for as long, or for 1 s if that is
         * longer, is given up.
         */
        public Builder timeToLive(Duration timeToLive) {
            if (timeToLive.toMillis() < 100) {
                throw new IllegalArgumentException("timeToLive must be at least 100 ms, but is " + timeToLive);
            }
            this.timeToLive = timeToLive;
            return this;
        }

        /** What to do with each lease. */
        public Builder work(LeasedWork work) {
            this.work = Objects.requireNonNull(work, "work");
            return this;
        }

        /** Makes the thread of the heartbeat and that of each lease's work. */
        public Builder threadFactory(ThreadFactory threadFactory) {
            this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
            return this;
        }

        /** The monotonic clock, in nanoseconds; for tests. */
        public Builder nanoClock(LongSupplier nanoClock) {
            this.nanoClock = Objects.requireNonNull(nanoClock, "nanoClock");
            return this;
        }

        /**
         * The group, not yet started.
         *
         * @throws IllegalStateException when no names were given
         */
        public LeaseGroup build() {
            if (names == null) {
                throw new IllegalStateException("a lease group needs names: call names(...) before build()");
            }
            NetworkTimeout timeout = NetworkTimeout.of(SHORTEST_TIMEOUT).orMore(timeToLive);
            return new DefaultLeaseGroup(this, names, new JdbcLeaseStore(dataSource, timeout));
        }
    }
}
