package io.micropatterns.escrow.autoconfigure;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.util.List;

/** Who ends what is late, as a meter. Reading it does no I/O. */
final class EscrowExpiryMeters {

    EscrowExpiryMeters(MeterRegistry registry, List<ReservationExpiry> expiries) {
        Gauge.builder("patterns.escrow.expiry.active", expiries, EscrowExpiryMeters::held)
                .description("Of how many databases it is this instance that ends what is late")
                .register(registry);
    }

    private static long held(List<ReservationExpiry> expiries) {
        return expiries.stream().filter(ReservationExpiry::isHeld).count();
    }
}
