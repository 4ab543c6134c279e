package io.micropatterns.outbox.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names the observation of a published page: {@code patterns.outbox.publish}, with the shard as low-cardinality key and
 * the number of records as high-cardinality key. A bean of a subtype replaces it.
 */
public class OutboxPublishConvention implements ObservationConvention<OutboxPublishContext> {

    @Override
    public String getName() {
        return "patterns.outbox.publish";
    }

    @Override
    public String getContextualName(OutboxPublishContext context) {
        return "outbox publish";
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(OutboxPublishContext context) {
        return KeyValues.of(KeyValue.of("shard", Integer.toString(context.shard())));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(OutboxPublishContext context) {
        return KeyValues.of(KeyValue.of("records", Integer.toString(context.records())));
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof OutboxPublishContext;
    }
}
