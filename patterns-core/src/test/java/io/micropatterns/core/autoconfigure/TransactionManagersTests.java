package io.micropatterns.core.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;

class TransactionManagersTests {

    private final DataSource dataSource = mock(DataSource.class);
    private final JdbcTransactionManager jdbc = new JdbcTransactionManager(dataSource);
    private final JpaTransactionManager jpa = jpa(dataSource);
    private final PlatformTransactionManager kafka = mock(ResourceTransactionManager.class);

    @Test
    void theOnlyOneIsTakenWhateverItsResource() {
        assertThat(TransactionManagers.of(dataSource, managers(kafka))).isSameAs(kafka);
    }

    @Test
    void besideOneOfAnotherResourceTheDataSourcesOneIsTaken() {
        assertThat(TransactionManagers.of(dataSource, managers(kafka, jdbc))).isSameAs(jdbc);
        assertThat(TransactionManagers.of(dataSource, managers(kafka, jpa))).isSameAs(jpa);
        assertThat(TransactionManagers.of(dataSource, managers(jpa(mock(DataSource.class)), jpa)))
                .isSameAs(jpa);
    }

    @Test
    void ofTwoTheJdbcOneIsTakenWhichTakesPartInTheOthersTransactions() {
        assertThat(TransactionManagers.of(dataSource, managers(jpa, jdbc))).isSameAs(jdbc);
    }

    @Test
    void aTransactionAwareProxyJoinsTheTransactionsOfItsTarget() {
        DataSource proxy = new TransactionAwareDataSourceProxy(dataSource);

        assertThat(TransactionManagers.of(proxy, managers(kafka, jdbc))).isSameAs(jdbc);
        assertThat(TransactionManagers.of(proxy, managers(kafka, jpa))).isSameAs(jpa);
    }

    @Test
    void whatWouldNotJoinTheDataSourcesTransactionsIsNotTaken() {
        DataSource delegating = new DelegatingDataSource(dataSource);

        assertThatExceptionOfType(NoUniqueBeanDefinitionException.class)
                .isThrownBy(() -> TransactionManagers.of(delegating, managers(kafka, jdbc)));
        assertThatExceptionOfType(NoUniqueBeanDefinitionException.class)
                .isThrownBy(() -> TransactionManagers.of(dataSource, managers(jpa, jpa(dataSource))));
    }

    private static ObjectProvider<PlatformTransactionManager> managers(PlatformTransactionManager... managers) {
        StaticListableBeanFactory beans = new StaticListableBeanFactory();
        for (int i = 0; i < managers.length; i++) {
            beans.addBean("manager" + i, managers[i]);
        }
        return beans.getBeanProvider(PlatformTransactionManager.class);
    }

    private static JpaTransactionManager jpa(DataSource dataSource) {
        JpaTransactionManager manager = new JpaTransactionManager();
        manager.setEntityManagerFactory(mock(EntityManagerFactory.class));
        manager.setDataSource(dataSource);
        return manager;
    }
}
