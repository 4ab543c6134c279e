package io.micropatterns.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

class AnnotatedMethodTests {

    @ParameterizedTest
    @ValueSource(strings = {"open", "packagePrivate"})
    void methodsThatAProxySeesAreFine(String name) {
        assertThatCode(() -> method(name).requireProxied()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"hidden, it is private", "ofAll, it is static", "closed, it is final", "ofAnInterface, it is final"})
    void methodsThatAProxyDoesNotSeeAreRefused(String name, String problem) {
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> method(name).requireProxied())
                .withMessageStartingWith("@Noted on ")
                .withMessageContaining("Bean." + name + "(")
                .withMessageContaining(problem)
                .satisfies(e -> assertThat(e.action()).isNotBlank());
    }

    @Test
    void methodsThatReturnEarlyAreRefused() {
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> method("publisher").requireDoneOnReturn("all is lost"))
                .withMessageEndingWith("it returns before its work is done, so all is lost");
        assertThatCode(() -> method("open").requireDoneOnReturn("")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            abc | #text
            abc | #p0
            {k=1} | #a1
            fixed | 'fixed'
            pre-abc | prefix + '-' + #text
            of the bean | field
            pre | #root.prefix
            pre | #this.prefix
            0 | size()
            1 | #map[k]
            3 | #text.bytes.length
            k-1 | #map.entrySet().![key + '-' + value][0]
            1 | #map.?[key == 'k'].size()
            1 | T(java.lang.Math).abs(-1)
            abc | #text.length() > 2 ? #text : prefix
            """)
    void expressionsAreOverTheParametersAndTheBean(String value, String expression) {
        assertThat(method("open").expression("key", expression).text(new Bean(), new Object[] {"abc", Map.of("k", 1)}))
                .isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            open | # | the key is no SpEL expression: # | as in #order.id
            open | #txt | the key '#txt' has no parameter for #txt | Name one of #text, #map.
            open | 'a' + #map[#txt] | has no parameter for #txt | Name one of #text, #map.
            open | #p2 | has no parameter for #p2 | Name one of #text, #map.
            none | #text | has no parameter for #text | it has none
            open | bed | names bed, which is no property | as in 'bed', and a # before
            open | sku-0 | names sku, which is no property | as in 'sku', and a # before
            open | text.length() | names text, which is no property | a # before
            open | 'a' + @keys.of(#text) | refers to @keys, and neither | keyOf(#p0)
            open | #join(#text, 'b') | refers to #join(#text,'b'), and neither | T(com.example.Keys)
            """)
    void expressionsThatNameWhatIsNotThereAreRefused(String method, String expression, String problem, String action) {
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> method(method).expression("key", expression))
                .withMessageContaining(problem)
                .satisfies(e -> assertThat(e.action()).contains(action));
    }

    @Test
    void whatACallCannotGiveIsAFailureOfItsOwnKind() {
        MethodExpression expression = method("open").expression("key", "#text.length()");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> expression.text(new Bean(), new Object[] {null, Map.of()}))
                .withMessageStartingWith("@Noted on ")
                .withMessageContaining("the key '#text.length()' cannot be evaluated");
    }

    @Test
    void everyMethodOfAClassIsLookedAt() {
        AnnotatedMethodPointcut pointcut = new AnnotatedMethodPointcut(Set.of(Noted.class), (method, type) -> {
            boolean noted = method.isAnnotationPresent(Noted.class);
            if (noted) {
                new AnnotatedMethod(Noted.class, method, type, IllegalStateException::new).requireProxied();
            }
            return noted;
        });
        assertThat(AopUtils.canApply(pointcut, Object.class)).isFalse();
        assertThat(AopUtils.canApply(pointcut, Fine.class)).isTrue();
        assertThatExceptionOfType(InvalidAnnotationException.class)
                .isThrownBy(() -> AopUtils.canApply(pointcut, FirstFine.class))
                .withMessageContaining("FirstFine.second(");
    }

    private static AnnotatedMethod method(String name) {
        Method method = Arrays.stream(ReflectionUtils.getAllDeclaredMethods(Bean.class))
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return new AnnotatedMethod(Noted.class, method, Bean.class, IllegalStateException::new);
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Noted {}

    interface Open {
        void ofAnInterface();
    }

    static class Bean implements Open {

        public final String field = "of the bean";

        public String getPrefix() {
            return "pre";
        }

        public int size() {
            return 0;
        }

        public void open(@Nullable String text, Map<String, Integer> map) {}

        void packagePrivate() {}

        public void none() {}

        public Flow.@Nullable Publisher<String> publisher() {
            return null;
        }

        @Override
        public final void ofAnInterface() {}

        private void hidden() {}

        public static void ofAll() {}

        public final void closed() {}
    }

    static class Fine {
        @Noted
        public void first() {}
    }

    static class FirstFine extends Fine {
        @Noted
        private void second() {}
    }
}
