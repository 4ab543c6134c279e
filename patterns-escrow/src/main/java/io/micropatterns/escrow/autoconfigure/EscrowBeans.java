package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.batch.BatchListener;
import io.micropatterns.core.autoconfigure.PatternThreads;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.util.Collection;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.env.Environment;

/** What is made by the properties in the same way for one database and for several. */
final class EscrowBeans {

    private EscrowBeans() {}

    static PatternSchema schema() {
        return PatternSchema.of("escrow", "patterns_escrow_stock", "patterns_escrow_hold");
    }

    static int instance(EscrowProperties properties) {
        Integer instance = properties.instance();
        return instance == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : instance;
    }

    static EscrowListener all(ObjectProvider<EscrowListener> listeners) {
        return EscrowListener.all(listeners.orderedStream().toList());
    }

    static Escrow.Builder escrow(
            EscrowStore store,
            EscrowProperties properties,
            ObjectProvider<BatchListener> batchListeners,
            ObjectProvider<EscrowListener> listeners,
            ObjectProvider<EscrowMetrics> metrics) {
        return Escrow.builder(store)
                .options(properties.toOptions())
                .listener(BatchListener.all(batchListeners.orderedStream().toList()))
                .coalescers(coalescer -> metrics.ifAvailable(meters -> meters.bind(coalescer)))
                .listener(all(listeners));
    }

    static ReservationExpiry expiry(
            DataSource dataSource,
            EscrowStore store,
            EscrowProperties properties,
            EscrowListener listener,
            Environment environment) {
        return new ReservationExpiry(
                dataSource,
                store,
                properties.expiry().interval(),
                properties.expiry().batchSize(),
                properties.expiry().leaseTime(),
                listener,
                PatternThreads.factory("escrow-expiry-", environment));
    }

    static PeriodicTask retention(Collection<? extends EscrowStore> stores, EscrowProperties properties) {
        return new PeriodicTask(
                "escrow-retention",
                properties.retention().checkInterval(),
                new EscrowRetention(stores, properties.retention().keep()));
    }
}
