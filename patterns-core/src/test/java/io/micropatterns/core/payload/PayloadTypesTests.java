package io.micropatterns.core.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PayloadTypesTests {

    @Test
    void aRegisteredNameWinsOverTheAnnotationWhichWinsOverTheSimpleName() {
        PayloadTypes none = PayloadTypes.unregistered();
        assertThat(none.nameOf(Plain.class)).isEqualTo("Plain");
        assertThat(none.nameOf(Annotated.class)).isEqualTo("annotated");
        assertThat(none.nameOf(Subclass.class)).isEqualTo("Subclass");
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
    void aClassWithoutANameIsRefused() {
        Object anonymous = new Object() {};
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> PayloadTypes.unregistered().nameOf(anonymous.getClass()))
                .withMessageContaining("no name of its own");
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

    @PayloadType(value = "annotated", aliases = "formerly")
    private static class Annotated {}

    private static final class Subclass extends Annotated {}
}
