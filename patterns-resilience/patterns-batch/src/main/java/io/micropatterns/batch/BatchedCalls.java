package io.micropatterns.batch;

import java.util.ArrayList;
import java.util.List;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/** Several calls of one method as one: their lists joined, and its results given back to each. Thread-safe. */
final class BatchedCalls implements BatchFunction<List<?>, @Nullable List<?>> {

    private final BatchedMethod method;
    /** Stands before the rest of the method's advice, and never proceeds itself. */
    private final ProxyMethodInvocation template;

    BatchedCalls(BatchedMethod method, MethodInvocation first) {
        this.method = method;
        this.template = (ProxyMethodInvocation) ((ProxyMethodInvocation) first).invocableClone();
    }

    @Override
    public List<ItemOutcome<@Nullable List<?>>> apply(List<List<?>> calls) throws Exception {
        List<Object> items = new ArrayList<>();
        calls.forEach(items::addAll);
        Object results = proceed(items);
        if (!method.returnsResults()) {
            return calls.stream()
                    .map(call -> ItemOutcome.<@Nullable List<?>>success(null))
                    .toList();
        }
        return split(calls, items.size(), (List<?>) results);
    }

    private @Nullable Object proceed(List<Object> items) throws Exception {
        try {
            return template.invocableClone(items).proceed();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new BatchException(method.name(), "the method failed: " + e, e);
        }
    }

    private List<ItemOutcome<@Nullable List<?>>> split(List<List<?>> calls, int items, @Nullable List<?> results) {
        List<ItemOutcome<@Nullable List<?>>> outcomes = new ArrayList<>(calls.size());
        if (results == null || results.size() != items) {
            BatchException wrong = new BatchException(
                    method.name(),
                    "the method gave " + (results == null ? "null" : results.size() + " results") + " for " + items
                            + " items; whether they were done is not known",
                    null);
            calls.forEach(call -> outcomes.add(ItemOutcome.failure(wrong)));
            return outcomes;
        }
        int from = 0;
        for (List<?> call : calls) {
            outcomes.add(ItemOutcome.success(new ArrayList<>(results.subList(from, from + call.size()))));
            from += call.size();
        }
        return outcomes;
    }
}
