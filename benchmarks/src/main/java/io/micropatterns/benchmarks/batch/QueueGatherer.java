package io.micropatterns.benchmarks.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** The limit: a queue, and a thread that takes what is in it. No order to end, time limits, retries or meters. */
final class QueueGatherer<T, R> implements Gatherer<T, R> {

    private final BlockingQueue<Waiting<T, R>> queue = new LinkedBlockingQueue<>();
    private final Function<List<T>, List<R>> function;
    private final int most;
    private final Thread worker = new Thread(this::work);

    QueueGatherer(Function<List<T>, List<R>> function, int most) {
        this.function = function;
        this.most = most;
        worker.setDaemon(true);
        worker.start();
    }

    private void work() {
        List<Waiting<T, R>> batch = new ArrayList<>(most);
        try {
            while (true) {
                batch.add(queue.take());
                queue.drainTo(batch, most - 1);
                Waiting.serve(batch, function);
                batch.clear();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public CompletableFuture<R> submit(T item) {
        Waiting<T, R> waiting = Waiting.of(item);
        queue.add(waiting);
        return waiting.result();
    }

    @Override
    public void close() {
        worker.interrupt();
    }
}
