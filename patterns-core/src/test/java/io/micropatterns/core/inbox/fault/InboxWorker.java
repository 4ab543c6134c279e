package io.micropatterns.core.inbox.fault;

import io.micropatterns.core.inbox.Inbox;
import io.micropatterns.test.process.ChildJvm;
import java.util.concurrent.CountDownLatch;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Handles messages as a consumer does: takes one that is not acknowledged, does its effect through the inbox,
 * acknowledges it. Stops where it is told to, for ever, so that it can be killed there.
 */
public final class InboxWorker {

    private InboxWorker() {}

    /** Takes the database's address and where to stop: {@code effect}, {@code commit} or {@code never}. */
    public static void main(String[] arguments) throws Exception {
        ChildJvm.exitWithParent();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(arguments[0]);
        String stop = arguments[1];
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        Inbox inbox = Inbox.builder(dataSource, new JdbcTransactionManager(dataSource))
                .build();
        for (String key : jdbc.queryForList("select key from message where not acked order by key", String.class)) {
            String outcome = inbox.once("worker", key, String.class, () -> {
                jdbc.update("insert into effect values (?)", key);
                stopAt(stop, "effect");
                return "done " + key;
            });
            stopAt(stop, "commit");
            jdbc.update("update message set acked = true where key = ?", key);
            System.out.println(outcome);
        }
        System.out.println("finished");
    }

    private static void stopAt(String stop, String here) {
        if (stop.equals(here)) {
            System.out.println("at " + here);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
