package io.micropatterns.benchmarks.batch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Reactor's {@code bufferTimeout} behind a sink, and a thread for the batches. A batch begins when it is full, or else when
 * the time is over, whether anybody else comes or not.
 */
final class ReactorGatherer<T, R> implements Gatherer<T, R> {

    private final Sinks.Many<Waiting<T, R>> sink = Sinks.many().unicast().onBackpressureBuffer();
    private final Scheduler worker = Schedulers.newSingle("reactor-gatherer", true);
    private final Disposable subscription;

    ReactorGatherer(Function<List<T>, List<R>> function, int most) {
        this.subscription = sink.asFlux()
                // Without fair back-pressure a timer that fires while the first item is being added leaves it behind.
                .bufferTimeout(most, TIMEOUT, true)
                .publishOn(worker)
                .subscribe(batch -> Waiting.serve(batch, function));
    }

    @Override
    public CompletableFuture<R> submit(T item) {
        Waiting<T, R> waiting = Waiting.of(item);
        // A sink takes from one thread at a time; its documentation says that others may try again at once.
        sink.emitNext(waiting, (signal, result) -> result == Sinks.EmitResult.FAIL_NON_SERIALIZED);
        return waiting.result();
    }

    @Override
    public void close() {
        subscription.dispose();
        worker.dispose();
    }
}
