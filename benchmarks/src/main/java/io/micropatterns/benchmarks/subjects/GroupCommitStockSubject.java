package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The limit: group commit written by hand for one item, and nothing else. A thread takes what has queued, up to 500, and
 * reserves all of it by one statement.
 */
public final class GroupCommitStockSubject extends PooledStock {

    private static final int MOST = 500;
    private static final String RESERVE = "with taken as (update stock set available = available - ?, held = held + ?"
            + " where item = ? and available >= ? returning item) insert into reservation (id, item, quantity, expires_at)"
            + " select id, item, 1, now() + interval '300 s' from taken cross join unnest(?) id";

    private final BlockingQueue<CompletableFuture<UUID>> queue = new LinkedBlockingQueue<>();
    private @Nullable Thread worker;

    @Override
    public void open(Environment environment) {
        super.open(environment);
        worker = new Thread(this::work);
        worker.setDaemon(true);
        worker.start();
    }

    private void work() {
        List<CompletableFuture<UUID>> batch = new ArrayList<>();
        try (Connection connection = pool().getConnection();
                PreparedStatement statement = connection.prepareStatement(RESERVE)) {
            while (true) {
                batch.clear();
                batch.add(queue.take());
                queue.drainTo(batch, MOST - 1);
                UUID[] ids = batch.stream().map(waiting -> newId()).toArray(UUID[]::new);
                statement.setLong(1, ids.length);
                statement.setLong(2, ids.length);
                statement.setString(3, "item-0");
                statement.setLong(4, ids.length);
                statement.setArray(5, connection.createArrayOf("uuid", ids));
                if (statement.executeUpdate() != ids.length) {
                    throw new SQLException("Sold out");
                }
                for (int i = 0; i < ids.length; i++) {
                    batch.get(i).complete(ids[i]);
                }
            }
        } catch (SQLException e) {
            batch.forEach(waiting -> waiting.completeExceptionally(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void reserve(String item) throws ExecutionException, InterruptedException {
        reserveAsync(item).get();
    }

    @Override
    public CompletableFuture<UUID> reserveAsync(String item) {
        CompletableFuture<UUID> waiting = new CompletableFuture<>();
        queue.add(waiting);
        return waiting;
    }

    @Override
    public void close() {
        if (worker != null) {
            worker.interrupt();
        }
        super.close();
    }
}
