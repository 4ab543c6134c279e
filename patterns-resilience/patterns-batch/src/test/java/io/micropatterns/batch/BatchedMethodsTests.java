package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;

class BatchedMethodsTests {

    private static final int CALLERS = 64;

    private final BatchedMethods methods = new BatchedMethods(
            name -> BatchOptions.defaults()
                    .withMaxItems(name.equals("read") ? CALLERS : 1)
                    .withLinger(Duration.ofSeconds(10)),
            BatchListener.none(),
            coalescer -> {});
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);

    @AfterEach
    void stop() {
        callers.shutdownNow();
        methods.close();
    }

    @Test
    void aCallThatMeetsTheCloseIsNotBatched() {
        List<Integer> closing = new AbstractList<>() {
            @Override
            public Integer get(int index) {
                return 7;
            }

            @Override
            public int size() {
                return 1;
            }

            @Override
            public boolean isEmpty() {
                methods.close();
                return false;
            }
        };
        assertThat(proxy().threads(closing))
                .containsExactly(Thread.currentThread().getName());
    }

    @Test
    void callsAreBatchedAgainOnceItIsOpenedAgain() {
        Methods proxy = proxy();
        methods.close();
        assertThat(proxy.threads(List.of(1)))
                .containsExactly(Thread.currentThread().getName());
        methods.open();
        assertThat(proxy.threads(List.of(1))).allMatch(thread -> thread.startsWith("coalescer-Methods.threads-"));
    }

    @Test
    void aCallThatWasNotTriedAloneIsToldSo() throws Exception {
        Methods proxy = proxy();
        List<Future<List<Integer>>> calls = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            calls.add(callers.submit(() -> proxy.read(List.of(1))));
        }
        List<Throwable> failures = new ArrayList<>();
        for (Future<List<Integer>> call : calls) {
            try {
                call.get();
            } catch (ExecutionException e) {
                failures.add(e.getCause());
            }
        }
        assertThat(failures)
                .hasSize(CALLERS)
                .hasAtLeastOneElementOfType(IOException.class)
                .anySatisfy(failure -> assertThat(failure)
                        .isInstanceOf(BatchException.class)
                        .hasMessageContaining("not tried alone")
                        .hasCauseInstanceOf(IOException.class));
    }

    private Methods proxy() {
        ProxyFactory factory = new ProxyFactory(new Methods());
        factory.setProxyTargetClass(true);
        factory.addAdvisor(new BatchedAdvisor(() -> methods));
        return (Methods) factory.getProxy();
    }

    static class Methods {

        @Batched
        public List<String> threads(List<Integer> items) {
            return items.stream().map(item -> Thread.currentThread().getName()).toList();
        }

        @Batched("read")
        public List<Integer> read(List<Integer> items) throws IOException {
            throw new IOException("disk");
        }
    }
}
