package io.micropatterns.core.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PayloadTypesTests {

    @Test
    void aRegisteredNameWinsOverTheAnnotation() {
        assertThat(PayloadTypes.unregistered().nameOf(Annotated.class)).isEqualTo("annotated");
        assertThat(PayloadTypes.builder()
                        .register("other", Annotated.class)
                        .build()
                        .nameOf(Annotated.class))
                .isEqualTo("other");
    }

    @Test
    void severalNamesMapToOneClassOfWhichOneIsWritten() {
        PayloadTypes types = PayloadTypes.builder()
                .register("plain", Plain.class, "plain-old")
                .register(Annotated.class)
                .build();
        assertThat(types.classOf("plain")).isEqualTo(Plain.class);
        assertThat(types.classOf("plain-old")).isEqualTo(Plain.class);
        assertThat(types.nameOf(Plain.class)).isEqualTo("plain");
        assertThat(types.classOf("annotated")).isEqualTo(Annotated.class);
        assertThat(types.classOf("formerly")).isEqualTo(Annotated.class);
        assertThat(types.isKnown("formerly")).isTrue();
        assertThat(types.isKnown("never")).isFalse();
    }

    @Test
    void anUnknownNameSaysHowToRegisterIt() {
        assertThatExceptionOfType(UnknownPayloadTypeException.class)
                .isThrownBy(() -> PayloadTypes.unregistered().classOf("order-placed"))
                .withMessageContaining("PayloadTypes.builder().register(\"order-placed\", YourClass.class)")
                .satisfies(ex -> assertThat(ex.type()).isEqualTo("order-placed"));
    }

    @Test
    void aClassWithoutANameIsRefusedWithTheWaysToGiveItOne() {
        PayloadTypes none = PayloadTypes.unregistered();
        assertThat(none.isNamed(HTTPCallMade_v2.class)).isFalse();
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> none.nameOf(HTTPCallMade_v2.class))
                .withMessageContaining(HTTPCallMade_v2.class.getName())
                .withMessageContaining("@PayloadType(\"http-call-made-v2\")")
                .withMessageContaining("register(\"http-call-made-v2\", HTTPCallMade_v2.class)")
                .withMessageContaining("PayloadTypesCustomizer");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadTypes.builder().register(Plain.class))
                .withMessageContaining("@PayloadType(\"plain\")");
        assertThatExceptionOfType(PayloadException.class)
                .as("not inherited")
                .isThrownBy(() -> none.nameOf(Subclass.class));

        Object anonymous = new Object() {};
        assertThat(none.isNamed(anonymous.getClass())).isFalse();
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> none.nameOf(anonymous.getClass()))
                .withMessageContaining("use a named class");
    }

    @Test
    void textAndBytesHaveFixedNames() {
        PayloadTypes none = PayloadTypes.unregistered();
        assertThat(none.nameOf(String.class)).isEqualTo("string");
        assertThat(none.nameOf(StringBuilder.class)).isEqualTo("string");
        assertThat(none.nameOf(byte[].class)).isEqualTo("bytes");
        assertThat(none.isNamed(byte[].class)).isTrue();
        assertThat(PayloadTypes.builder().register("note", String.class).build().nameOf(String.class))
                .isEqualTo("note");
    }

    @Test
    void contradictionsAreRefusedWhereTheyAreMade() {
        PayloadTypes.Builder builder = PayloadTypes.builder().register("plain", Plain.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.register("plain", Annotated.class))
                .withMessageContaining("'plain'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.register("second", Plain.class))
                .withMessageContaining("aliases");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.register(" ", Subclass.class));
    }

    private static final class Plain {}

    private static final class HTTPCallMade_v2 {}

    @PayloadType(value = "annotated", aliases = "formerly")
    private static class Annotated {}

    private static final class Subclass extends Annotated {}
}
