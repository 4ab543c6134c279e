package io.micropatterns.core.lease;

import io.micropatterns.test.process.ChildJvm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A member of a group in a JVM of its own. While it holds a lease it writes, under its token, as fast as it can. It does
 * so also once after the lease has ended, as a zombie would that did not ask.
 */
public final class LeaseMember {

    private LeaseMember() {}

    /** Takes the database's address, the names, comma-separated, and the time to live in milliseconds. */
    public static void main(String[] arguments) throws Exception {
        ChildJvm.exitWithParent();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(arguments[0]);
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        LeaseGroup group = LeaseGroup.builder(dataSource, "group")
                .names(List.of(arguments[1].split(",")))
                .timeToLive(Duration.ofMillis(Long.parseLong(arguments[2])))
                .work(lease -> work(lease, jdbc))
                .build();
        group.start();
        new CountDownLatch(1).await();
    }

    private static void work(Lease lease, JdbcTemplate jdbc) {
        System.out.println("held " + lease.name() + " " + lease.token());
        int writes = 0;
        try {
            while (lease.isHeld()) {
                writes += write(lease, jdbc);
            }
            System.out.println("stepped-down " + lease.name() + " " + lease.token() + " " + writes);
            System.out.println("late " + lease.token() + " " + (write(lease, jdbc) == 1 ? "written" : "refused"));
        } catch (DataAccessException e) {
            System.out.println("database " + lease.isHeld() + " " + e.getMessage());
        }
    }

    private static int write(Lease lease, JdbcTemplate jdbc) {
        return jdbc.update(
                "update fenced set token = ?, writes = writes + 1 where name = ? and token <= ?",
                lease.token(),
                lease.name(),
                lease.token());
    }
}
