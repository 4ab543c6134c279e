package io.micropatterns.escrow.autoconfigure;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.util.List;

/** Who ends what is late, as a meter. Reading it does no I/O. */
final class EscrowExpiryMeters {

    private final List<ReservationExpiry> expiries;

    EscrowExpiryMeters(MeterRegistry registry, List<ReservationExpiry> expiries) {
        this.expiries = expiries;
        // Of this, which the application keeps: a gauge keeps nothing, and a list of its own would be gone.
        Gauge.builder("patterns.escrow.expiry.active", this, EscrowExpiryMeters::held)
                .description("Of how many databases it is this instance that ends what is late")
                .register(registry);
    }

    private long held() {
        return expiries.stream().filter(ReservationExpiry::isHeld).count();
    }
}
