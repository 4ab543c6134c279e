package io.micropatterns.escrow.autoconfigure;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.escrow.jdbc.ReservationExpiry;

/** Who ends what is late, as a meter. Reading it does no I/O. */
final class EscrowExpiryMeters {

    EscrowExpiryMeters(MeterRegistry registry, ReservationExpiry expiry) {
        Gauge.builder("patterns.escrow.expiry.active", expiry, it -> it.isHeld() ? 1 : 0)
                .description("Whether it is this instance that ends what is late")
                .register(registry);
    }
}
