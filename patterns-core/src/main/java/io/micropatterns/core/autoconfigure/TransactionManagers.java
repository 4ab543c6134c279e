package io.micropatterns.core.autoconfigure;

import java.util.List;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.util.ClassUtils;

/** Finds the transaction manager of a data source where there are several, as in an application with Kafka's own too. */
public final class TransactionManagers {

    private static final boolean JPA = ClassUtils.isPresent(
                    "org.springframework.orm.jpa.JpaTransactionManager", TransactionManagers.class.getClassLoader())
            && ClassUtils.isPresent(
                    "jakarta.persistence.EntityManagerFactory", TransactionManagers.class.getClassLoader());

    private TransactionManagers() {}

    /**
     * The only or primary one, else the only one whose resource is the data source, else the only JPA one that opens
     * its data source to plain JDBC. A JDBC one goes before a JPA one because it takes part in the other's
     * transactions, which the other does not.
     *
     * @throws org.springframework.beans.factory.NoUniqueBeanDefinitionException when none of them is there
     */
    public static PlatformTransactionManager of(
            DataSource dataSource, ObjectProvider<PlatformTransactionManager> managers) {
        PlatformTransactionManager unique = managers.getIfUnique();
        if (unique != null) {
            return unique;
        }
        DataSource resource = resource(dataSource);
        PlatformTransactionManager jdbc = only(managers, manager -> isJdbc(manager, resource));
        if (jdbc != null) {
            return jdbc;
        }
        PlatformTransactionManager jpa = only(managers, manager -> JPA && Jpa.isOf(manager, resource));
        return jpa != null ? jpa : managers.getObject();
    }

    /**
     * What a manager binds its connection to. Other wrappers stay as they are: statements through a wrapper do not join
     * the transactions of what it wraps.
     */
    private static DataSource resource(DataSource dataSource) {
        DataSource resource = dataSource;
        while (resource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
            resource = proxy.getTargetDataSource();
        }
        return resource;
    }

    private static @Nullable PlatformTransactionManager only(
            ObjectProvider<PlatformTransactionManager> managers, Predicate<PlatformTransactionManager> condition) {
        List<PlatformTransactionManager> found =
                managers.stream().filter(condition).toList();
        return found.size() == 1 ? found.get(0) : null;
    }

    private static boolean isJdbc(PlatformTransactionManager manager, DataSource resource) {
        return manager instanceof ResourceTransactionManager ours && ours.getResourceFactory() == resource;
    }

    /** Loaded only where Spring's JPA support is. */
    private static final class Jpa {

        static boolean isOf(PlatformTransactionManager manager, DataSource resource) {
            return manager instanceof JpaTransactionManager jpa && jpa.getDataSource() == resource;
        }
    }
}
