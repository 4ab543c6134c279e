package io.micropatterns.core.deadletter;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link DeadLetterQuery} as SQL; only what is asked for appears, so that the indexes can serve it. */
record DeadLetterCriteria(List<String> conditions, List<Object> parameters) {

    static DeadLetterCriteria all(DeadLetterQuery query) {
        DeadLetterCriteria criteria = new DeadLetterCriteria(new ArrayList<>(), new ArrayList<>());
        criteria.equal("source", query.source());
        criteria.equal("channel", query.channel());
        criteria.equal("status", query.status() == null ? null : query.status().name());
        criteria.equal("type", query.type());
        criteria.equal("key", query.key());
        criteria.equal("destination", query.destination());
        return criteria;
    }

    static DeadLetterCriteria page(DeadLetterQuery query) {
        DeadLetterCriteria criteria = all(query);
        DeadLetterQuery.Position after = query.after();
        if (after != null) {
            criteria.conditions.add("(last_failed_at, id) < (?, ?)");
            criteria.parameters.add(after.lastFailedAt().atOffset(ZoneOffset.UTC));
            criteria.parameters.add(after.id());
        }
        return criteria;
    }

    DeadLetterCriteria and(String condition) {
        conditions.add(condition);
        return this;
    }

    String where() {
        return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    }

    private void equal(String column, @Nullable String value) {
        if (value != null) {
            conditions.add(column + " = ?");
            parameters.add(value);
        }
    }
}
