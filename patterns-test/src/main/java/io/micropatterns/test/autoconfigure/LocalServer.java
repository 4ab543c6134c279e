package io.micropatterns.test.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A server that starts in the background while the application context is being built.
 *
 * @param <S> the server's type
 */
final class LocalServer<S extends AutoCloseable> implements AutoCloseable {

    private final CompletableFuture<S> server = new CompletableFuture<>();

    LocalServer(String name, Supplier<S> starter) {
        Thread thread = new Thread(
                () -> {
                    try {
                        server.complete(starter.get());
                    } catch (Throwable ex) {
                        server.completeExceptionally(ex);
                    }
                },
                name + "-start");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns the running server. Blocks until it has started.
     */
    S get() {
        try {
            return server.join();
        } catch (CompletionException ex) {
            if (ex.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw ex;
        }
    }

    @Override
    public void close() throws Exception {
        if (!server.handle((started, failure) -> failure != null).join()) {
            get().close();
        }
    }
}
