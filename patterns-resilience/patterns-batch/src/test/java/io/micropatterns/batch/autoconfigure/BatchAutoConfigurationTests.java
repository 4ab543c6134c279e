package io.micropatterns.batch.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micropatterns.batch.BatchException;
import io.micropatterns.batch.BatchListener;
import io.micropatterns.batch.Batched;
import io.micropatterns.batch.Batched.InTransaction;
import io.micropatterns.batch.BatchedMethods;
import io.micropatterns.batch.Overflow;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.method.InvalidAnnotationException;
import io.micropatterns.test.postgres.PostgresServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.aspectj.lang.JoinPoint;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.Opcodes;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

@ExtendWith(OutputCaptureExtension.class)
class BatchAutoConfigurationTests {

    private static final int CALLERS = 20;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    BatchAutoConfiguration.class))
            .withBean(DataSource.class, BatchAutoConfigurationTests::newDatabase)
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withUserConfiguration(Application.class);

    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);

    private static DataSource newDatabase() {
        PostgresServer server = PostgresServer.shared();
        return server.dataSource(server.createDatabase());
    }

    @AfterEach
    void stop() {
        callers.shutdownNow();
    }

    @Test
    void concurrentCallsBecomeFewTransactions() {
        runner.run(context -> {
            Names names = context.getBean(Names.class);
            List<Integer> lengths =
                    together(n -> names.insert(List.of("n".repeat(n))).get(0));
            assertThat(lengths)
                    .containsExactlyElementsOf(
                            IntStream.range(0, CALLERS).boxed().toList());
            assertThat(names.count()).isEqualTo(CALLERS);
            assertThat(names.transactions()).isLessThan(CALLERS);
            assertThat(names.threads()).allMatch(thread -> thread.startsWith("coalescer-Names.insert-"));
        });
    }

    @Test
    void eachCallSucceedsOrFailsWhole() {
        runner.run(context -> {
            Names names = context.getBean(Names.class);
            List<Boolean> inserted = together(n -> {
                try {
                    names.insert(List.of("a" + n, n % 5 == 0 ? "bad" : "b" + n));
                    return true;
                } catch (IllegalStateException e) {
                    return false;
                }
            });
            for (int n = 0; n < CALLERS; n++) {
                assertThat(inserted.get(n)).as("call %s", n).isEqualTo(n % 5 != 0);
            }
            assertThat(names.count()).isEqualTo(2L * (CALLERS - CALLERS / 5));
        });
    }

    @Test
    void aCallerInATransactionJoinsIt() {
        runner.run(context -> {
            Names names = context.getBean(Names.class);
            TransactionTemplate transaction = context.getBean(TransactionTemplate.class);
            transaction.executeWithoutResult(status -> {
                assertThat(names.insert(List.of("abc"))).containsExactly(3);
                status.setRollbackOnly();
            });
            assertThat(names.count()).isZero();
            assertThat(names.threads()).containsExactly(Thread.currentThread().getName());
        });
    }

    @Test
    void aMethodCanSayThatItsCallsAreBatchedInTransactionsToo() {
        runner.run(context -> {
            Names names = context.getBean(Names.class);
            context.getBean(TransactionTemplate.class).executeWithoutResult(status -> names.record(List.of("abc")));
            assertThat(names.threads()).allMatch(thread -> thread.startsWith("coalescer-record-"));
        });
    }

    @Test
    void callersGetWhatTheMethodThrows() {
        runner.run(context -> {
            Names names = context.getBean(Names.class);
            assertThatIllegalStateException()
                    .isThrownBy(() -> names.insert(List.of("bad")))
                    .withMessage("bad");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> names.read(List.of("x")))
                    .withMessage("disk");
        });
    }

    @Test
    void aMethodThatCannotBeBatchedKeepsItsBeanFromBeingMade() {
        runner.withBean(Wrong.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                InvalidAnnotationException.class,
                                e -> assertThat(e.action()).contains("have one parameter, a List"))
                        .hasMessageContaining("single(java.lang.String)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prototype", "session"})
    void aBeanOfWhichThereAreManyIsRefused(String scope) {
        runner.withBean("many", Fine.class, Fine::new, definition -> definition.setScope(scope))
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(
                                PatternConfigurationException.class,
                                e -> assertThat(e.action()).contains("singleton"))
                        .hasMessageContaining("the scope " + scope)
                        .hasMessageContaining("Fine.lengths"));
    }

    @Test
    void namesThatGoAstrayAreLogged(CapturedOutput output) {
        runner.withBean("first", Fine.class)
                .withBean("second", Fine.class)
                .withPropertyValues("patterns.batch.methods[nobody].max-items=5")
                .run(context -> assertThat(output)
                        .contains("beans [first, second] share the name Fine.lengths")
                        .contains("patterns.batch.methods[nobody] is for no method")
                        .contains("those with @Batched are [Fine.lengths, Names.insert, "));
    }

    @Test
    void beansWhoseMethodsCannotBeLookedAtAreLeftAlone() {
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerBeanDefinition("lazy", new RootBeanDefinition(needsWhatIsNotThere()));
        assertThatCode(() -> new BatchedBeansCheck(beans, Set.of()).afterSingletonsInstantiated())
                .doesNotThrowAnyException();
    }

    /** A class with a method whose parameter's type is not there, as with dependencies that are optional. */
    private static Class<?> needsWhatIsNotThere() {
        ClassWriter type = new ClassWriter(0);
        type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "io/micropatterns/batch/Optional", null, "java/lang/Object", null);
        type.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_NATIVE, "method", "(Lno/such/Type;)V", null, null)
                .visitEnd();
        byte[] bytes = type.toByteArray();
        return new ClassLoader(BatchAutoConfigurationTests.class.getClassLoader()) {
            Class<?> define() {
                return defineClass("io.micropatterns.batch.Optional", bytes, 0, bytes.length);
            }
        }.define();
    }

    @Test
    void namesThatAreRightAreNotLogged(CapturedOutput output) {
        runner.withPropertyValues("patterns.batch.methods[record].max-items=5")
                .run(context -> assertThat(output).doesNotContain("share the name", "is for no method"));
    }

    @Test
    void aspectsRunAroundTheBatchOnItsThread() {
        runner.withBean(Counting.class).run(context -> {
            context.getBean(Names.class).insert(List.of("a", "bc"));
            assertThat(context.getBean(Counting.class).seen()).containsExactly("Names.insert(..) of 2");
        });
    }

    @Test
    void aContextThatIsStartedAgainBatchesAgain() {
        runner.run(context -> {
            Names names = context.getBean(Names.class);
            names.insert(List.of("a"));
            context.stop();
            context.start();
            assertThat(names.insert(List.of("bc"))).containsExactly(2);
            assertThat(names.threads()).hasSize(2).allMatch(thread -> thread.startsWith("coalescer-Names.insert-"));
            assertThat(context.getBean(MeterRegistry.class)
                            .get("patterns.batch.limit")
                            .gauge()
                            .value())
                    .isEqualTo(500);
        });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void batchesRunOnVirtualThreadsWhereThatIsWanted() {
        runner.withPropertyValues("spring.threads.virtual.enabled=true").run(context -> {
            Names names = context.getBean(Names.class);
            names.insert(List.of("a"));
            assertThat(names.groups()).containsExactly("VirtualThreads");
            assertThat(names.threads()).allMatch(thread -> thread.startsWith("coalescer-Names.insert-"));
        });
    }

    @Test
    void missingResultsAreAFailureThatIsNotRetried() {
        runner.withPropertyValues("patterns.batch.defaults.linger=1m", "patterns.batch.defaults.max-items=20")
                .run(context -> {
                    Names names = context.getBean(Names.class);
                    List<String> failures = together(n -> {
                        try {
                            return names.none(List.of("x")).toString();
                        } catch (BatchException e) {
                            return e.getMessage();
                        }
                    });
                    assertThat(failures).allMatch(failure -> failure.contains("0 results for 20 items"));
                    assertThat(names.threads()).hasSize(1);
                });
    }

    @Test
    void propertiesSayHowAMethodGathers() {
        runner.withPropertyValues(
                        "patterns.batch.defaults.max-items=7",
                        "patterns.batch.methods.record.max-items=3",
                        "patterns.batch.methods[Names.insert].linger=5ms",
                        "patterns.batch.methods[Names.insert].overflow=reject")
                .run(context -> {
                    BatchProperties properties = context.getBean(BatchProperties.class);
                    assertThat(properties.options("other").maxItems()).isEqualTo(7);
                    assertThat(properties.options("record").maxItems()).isEqualTo(3);
                    assertThat(properties.options("Names.insert").linger()).hasMillis(5);
                    assertThat(properties.options("Names.insert").overflow()).isEqualTo(Overflow.REJECT);
                    assertThat(properties.options("Names.insert").maxItems()).isEqualTo(7);
                    context.getBean(Names.class).record(List.of("a"));
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("patterns.batch.limit")
                                    .tag("coalescer", "record")
                                    .gauge()
                                    .value())
                            .isEqualTo(3);
                });
    }

    @Test
    void aWrongPropertyNamesItsKeyAndRange() {
        runner.withPropertyValues("patterns.batch.methods.record.max-items=0")
                .run(
                        context -> assertThat(context)
                                .getFailure()
                                .rootCause()
                                .isInstanceOf(PatternConfigurationException.class)
                                .hasMessage(
                                        "The property patterns.batch.methods[record].max-items is 0, but must be between 1 and 1000000."));
    }

    @Test
    void tellsMetersAndListeners() {
        List<String> heard = new CopyOnWriteArrayList<>();
        runner.withBean(BatchListener.class, () -> new BatchListener() {
                    @Override
                    public void ended(String coalescer, BatchRun batch) {
                        heard.add(coalescer);
                    }
                })
                .run(context -> {
                    context.getBean(Names.class).insert(List.of("a", "bc"));
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    Gauge pending = registry.get("patterns.batch.pending").gauge();
                    await().atMost(Duration.ofMinutes(1)).until(() -> pending.value() == 0);
                    context.getBean(BatchedMethods.class).close();
                    assertThat(registry.get("patterns.batch.size").summary().totalAmount())
                            .isEqualTo(1);
                    assertThat(registry.get("patterns.batch.duration").timer().count())
                            .isEqualTo(1);
                    assertThat(registry.get("patterns.batch.wait").timer().count())
                            .isEqualTo(1);
                    assertThat(heard).containsExactly("Names.insert");
                });
    }

    @Test
    void callsAfterTheDrainAreNotBatched() {
        runner.run(context -> {
            Names names = context.getBean(Names.class);
            names.insert(List.of("a"));
            context.getBean(BatchDrain.class).stop();
            assertThat(names.insert(List.of("bc"))).containsExactly(2);
            assertThat(names.threads()).contains(Thread.currentThread().getName());
        });
    }

    @Test
    void canBeSwitchedOff() {
        runner.withPropertyValues("patterns.batch.enabled=false").run(context -> {
            assertThat(context).doesNotHaveBean(BatchedMethods.class);
            Names names = context.getBean(Names.class);
            assertThat(names.insert(List.of("a"))).containsExactly(1);
            assertThat(names.threads()).containsExactly(Thread.currentThread().getName());
        });
    }

    @Test
    void worksWithoutMeters() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BatchAutoConfiguration.class))
                .withUserConfiguration(Plain.class)
                .run(context -> {
                    assertThat(context).doesNotHaveBean(BatchMeters.class);
                    assertThat(context.getBean(Doubler.class).twice(List.of(1, 2)))
                            .containsExactly(2, 4);
                });
    }

    private <T> List<T> together(Call<T> call) throws Exception {
        CountDownLatch all = new CountDownLatch(CALLERS);
        List<Future<T>> results = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int number = i;
            Callable<T> task = () -> {
                all.countDown();
                all.await();
                return call.apply(number);
            };
            results.add(callers.submit(task));
        }
        List<T> values = new ArrayList<>();
        for (Future<T> result : results) {
            values.add(result.get());
        }
        return values;
    }

    private interface Call<T> {

        T apply(int number) throws Exception;
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {

        @Bean
        JdbcTemplate jdbcTemplate(DataSource dataSource) {
            JdbcTemplate jdbc = new JdbcTemplate(dataSource);
            jdbc.execute("create table if not exists name (name text, xid xid8 default pg_current_xact_id())");
            return jdbc;
        }

        @Bean
        Names names(JdbcTemplate jdbc) {
            return new Names(jdbc);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Plain {

        @Bean
        Doubler doubler() {
            return new Doubler();
        }
    }

    static class Doubler {

        @Batched
        List<Integer> twice(List<Integer> numbers) {
            return numbers.stream().map(number -> 2 * number).toList();
        }
    }

    static class Names {

        private final JdbcTemplate jdbc;
        private final List<String> threads = new CopyOnWriteArrayList<>();
        private final List<String> groups = new CopyOnWriteArrayList<>();

        Names(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Batched
        @Transactional
        public List<Integer> insert(List<String> names) {
            threads.add(Thread.currentThread().getName());
            groups.add(Thread.currentThread().getThreadGroup().getName());
            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                    .isTrue();
            names.forEach(name -> jdbc.update("insert into name (name) values (?)", name));
            if (names.contains("bad")) {
                throw new IllegalStateException("bad");
            }
            return names.stream().map(String::length).toList();
        }

        @Batched(value = "record", inTransaction = InTransaction.BATCH)
        public void record(List<String> names) {
            threads.add(Thread.currentThread().getName());
        }

        @Batched
        public List<String> read(List<String> names) throws IOException {
            throw new IOException("disk");
        }

        @Batched
        public List<String> none(List<String> names) {
            threads.add(Thread.currentThread().getName());
            return List.of();
        }

        long count() {
            return count("count(*)");
        }

        long transactions() {
            return count("count(distinct xid)");
        }

        private long count(String what) {
            Long count = jdbc.queryForObject("select " + what + " from name", Long.class);
            return count == null ? 0 : count;
        }

        List<String> threads() {
            return threads;
        }

        List<String> groups() {
            return groups;
        }
    }

    static class Fine {
        @Batched
        public List<Integer> lengths(List<String> names) {
            return names.stream().map(String::length).toList();
        }
    }

    static class Wrong {

        @Batched
        public String single(String name) {
            return name;
        }
    }

    @Aspect
    static class Counting {

        private final List<String> seen = new CopyOnWriteArrayList<>();

        @Before("execution(* *..Names.insert(..))")
        public void count(JoinPoint call) {
            seen.add(call.getSignature().toShortString() + " of " + ((List<?>) call.getArgs()[0]).size());
        }

        List<String> seen() {
            return seen;
        }
    }
}
