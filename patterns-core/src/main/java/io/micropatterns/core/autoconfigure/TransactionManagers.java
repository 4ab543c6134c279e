package io.micropatterns.core.autoconfigure;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;

/** Finds the transaction manager of a data source where there are several, as in an application with Kafka's own too. */
public final class TransactionManagers {

    private TransactionManagers() {}

    /**
     * The only or primary one, else the only one whose resource is the data source.
     *
     * @throws org.springframework.beans.factory.NoUniqueBeanDefinitionException when neither is there
     */
    public static PlatformTransactionManager of(
            DataSource dataSource, ObjectProvider<PlatformTransactionManager> managers) {
        PlatformTransactionManager unique = managers.getIfUnique();
        if (unique != null) {
            return unique;
        }
        List<PlatformTransactionManager> ours = managers.stream()
                .filter(manager -> manager instanceof ResourceTransactionManager resource
                        && resource.getResourceFactory() == dataSource)
                .toList();
        return ours.size() == 1 ? ours.get(0) : managers.getObject();
    }
}
