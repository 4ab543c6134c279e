package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.payload.PayloadTypes;

/** Registers payload types with the application's {@link PayloadTypes}: declare beans of this type. */
@FunctionalInterface
public interface PayloadTypesCustomizer {

    /** Registers types. */
    void customize(PayloadTypes.Builder types);
}
