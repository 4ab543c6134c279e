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
        this.template = (ProxyMethodInvocation) ((ProxyMethodInvocation) first).invocableClone(List.of());
    }

    @Override
    public List<ItemOutcome<@Nullable List<?>>> apply(List<List<?>> calls) throws Exception {
        List<Object> items = new ArrayList<>();
        calls.forEach(items::addAll);
        List<?> results = (List<?>) proceed(items);
        if (!method.returnsResults()) {
            return calls.stream()
                    .map(call -> ItemOutcome.<@Nullable List<?>>success(null))
                    .toList();
        }
        return split(calls, MiscountException.requireOneForEach(method.name(), results, items.size()));
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

    private static List<ItemOutcome<@Nullable List<?>>> split(List<List<?>> calls, List<?> results) {
        List<ItemOutcome<@Nullable List<?>>> outcomes = new ArrayList<>(calls.size());
        int from = 0;
        for (List<?> call : calls) {
            outcomes.add(ItemOutcome.success(new ArrayList<>(results.subList(from, from + call.size()))));
            from += call.size();
        }
        return outcomes;
    }
}
