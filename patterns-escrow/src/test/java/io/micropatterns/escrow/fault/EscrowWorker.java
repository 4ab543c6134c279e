package io.micropatterns.escrow.fault;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationRequest;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import io.micropatterns.test.process.ChildJvm;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reserves, confirms and releases by many callers at once for as long as it lives, and says on its output what its callers were
 * told: {@code HELD id}, {@code CONFIRMED id} or {@code RELEASED id}.
 */
public final class EscrowWorker {

    private static final int CALLERS = 60;

    private EscrowWorker() {}

    /**
     * Takes the database's address, this instance's number, how many resources there are, {@code r0} and so on, and whether events go
     * into the {@link EventTable}.
     */
    public static void main(String[] arguments) {
        ChildJvm.exitWithParent();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setMaximumPoolSize(12);
        config.setConnectionTimeout(2_000);
        config.setInitializationFailTimeout(-1);
        HikariDataSource dataSource = new HikariDataSource(config);
        int instance = Integer.parseInt(arguments[1]);
        int resources = Integer.parseInt(arguments[2]);
        TransactionTemplate transaction = Transactions.readCommitted(new JdbcTransactionManager(dataSource));
        JdbcEscrowStore silent = new JdbcEscrowStore(dataSource, instance, NetworkTimeout.of(Duration.ofSeconds(5)));
        JdbcEscrowStore store = Boolean.parseBoolean(arguments[3])
                ? silent.publishing(new EventTable(dataSource), transaction)
                : silent;
        Escrow escrow = Escrow.builder(store).build();
        new ReservationExpiry(
                        dataSource,
                        store,
                        Duration.ofMillis(50),
                        100,
                        Duration.ofSeconds(1),
                        EscrowListener.none(),
                        EscrowWorker::daemon)
                .start();
        AtomicLong requests = new AtomicLong();
        for (int i = 0; i < CALLERS; i++) {
            Random random = new Random(instance * 1_000L + i);
            boolean joins = i % 10 == 0;
            new Thread(() -> {
                        while (true) {
                            String request =
                                    instance + "-" + ProcessHandle.current().pid() + "-" + requests.incrementAndGet();
                            try {
                                if (joins) {
                                    transaction.executeWithoutResult(status -> {
                                        work(escrow, random, resources, request, false);
                                        if (random.nextBoolean()) {
                                            status.setRollbackOnly();
                                        }
                                    });
                                } else {
                                    work(escrow, random, resources, request, true);
                                }
                            } catch (RuntimeException e) {
                                // Sold out, too late, overloaded, or the database is away: nothing was said of it.
                            }
                        }
                    })
                    .start();
        }
        System.out.println("started");
    }

    private static void work(Escrow escrow, Random random, int resources, String id, boolean says) {
        ReservationRequest request = ReservationRequest.of("r" + random.nextInt(resources), 1 + random.nextInt(3))
                .heldFor(Duration.ofMillis(50 + random.nextInt(500)));
        if (random.nextInt(5) == 0) {
            request = request.and("r" + random.nextInt(resources), 1);
        }
        if (random.nextBoolean()) {
            request = request.withId(id);
        }
        Reservation reservation = escrow.reserve(request);
        say(says, "HELD", reservation.id());
        switch (random.nextInt(20)) {
            case 0 -> say(says, escrow.confirm(reservation.id()).state().name(), reservation.id());
            case 1, 2, 3, 4 -> {
                // Left to expire.
            }
            default -> say(says, escrow.release(reservation.id()).state().name(), reservation.id());
        }
    }

    private static void say(boolean says, String what, UUID id) {
        if (says) {
            System.out.println(what + " " + id);
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
