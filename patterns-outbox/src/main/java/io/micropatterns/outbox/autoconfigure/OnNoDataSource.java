package io.micropatterns.outbox.autoconfigure;

import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;

/** Where there is no data source to store events by, or no telling which of several. */
final class OnNoDataSource extends NoneNestedConditions {

    OnNoDataSource() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnSingleCandidate(DataSource.class)
    static class OneDataSource {}
}
