package io.micropatterns.core.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JacksonPayloadSerializerTests {

    private final JsonMapper mapper = JsonMapper.shared();
    private final PayloadTypes types =
            PayloadTypes.builder().register("order-placed.v3", Order.class).build();
    private final PayloadSerializer serializer = PayloadSerializer.jackson(
            mapper,
            types,
            List.of(
                    Upcaster.of("order-placed.v2", "order-placed.v3", order -> order.put("currency", "EUR")),
                    Upcaster.of("order-placed", "order-placed.v2", order -> {
                        order.set("customer", order.remove("client"));
                        return order;
                    })));

    @Property(tries = 200)
    void whatIsWrittenIsReadBack(@ForAll String customer, @ForAll String currency, @ForAll @IntRange int quantity) {
        Order order = new Order(customer, quantity, currency);
        Payload payload = serializer.serialize(order);
        assertThat(payload.type()).isEqualTo("order-placed.v3");
        assertThat(payload.isJson()).isTrue();
        assertThat(serializer.deserialize(payload)).isEqualTo(order);
        assertThat(serializer.deserialize(payload, Order.class)).isEqualTo(order);
    }

    @Property(tries = 50)
    void aChainOfAnyLengthIsFollowedInWhateverOrderItWasGiven(@ForAll @IntRange(min = 1, max = 30) int length) {
        List<Upcaster> upcasters = new java.util.ArrayList<>();
        for (int i = 0; i < length; i++) {
            upcasters.add(Upcaster.of(
                    "t" + i, "t" + (i + 1), tree -> tree.put("n", tree.path("n").asInt() + 1)));
        }
        java.util.Collections.shuffle(upcasters, new java.util.Random(length));
        PayloadTypes last =
                PayloadTypes.builder().register("t" + length, Counter.class).build();
        PayloadSerializer chained = PayloadSerializer.jackson(mapper, last, upcasters);
        for (int from = 0; from < length; from++) {
            assertThat(chained.deserialize(Payload.json("t" + from, "{\"n\":" + from + "}")))
                    .isEqualTo(new Counter(length));
        }
    }

    @Test
    void bytesTextAndPayloadsGoAsTheyAre() {
        Payload bytes = serializer.serialize("raw", new byte[] {1, 2});
        assertThat(bytes.contentType()).isEqualTo("application/octet-stream");
        assertThat(serializer.deserialize(bytes)).isEqualTo(new byte[] {1, 2});

        Payload text = serializer.serialize("note", "grüezi");
        assertThat(text.contentType()).isEqualTo("text/plain");
        assertThat(serializer.deserialize(text)).isEqualTo("grüezi");

        Payload json = Payload.json("order-placed.v3", "{\"customer\":\"c\",\"quantity\":1,\"currency\":\"CHF\"}");
        assertThat(serializer.serialize(json)).isSameAs(json);
        assertThat(serializer.serialize("renamed", json)).isEqualTo(Payload.json("renamed", json.text()));
        assertThat(serializer.deserialize(json)).isEqualTo(new Order("c", 1, "CHF"));
    }

    @Test
    void anObjectNeedsANameOfItsClassOnlyWhenItIsGivenNone() {
        Counter unnamed = new Counter(1);
        assertThat(serializer.isNamed(Counter.class)).isFalse();
        assertThat(serializer.isNamed(Order.class)).isTrue();
        assertThat(serializer.isNamed(Payload.class)).isTrue();
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> serializer.serialize(unnamed))
                .withMessageContaining("@PayloadType(\"counter\")");
        assertThat(serializer.serialize("given", unnamed)).isEqualTo(Payload.json("given", "{\"n\":1}"));
        assertThat(serializer.serialize("text").type()).isEqualTo("string");
    }

    @Test
    void oldPayloadsAreUpcastAlongTheChain() {
        Payload old = Payload.json("order-placed", "{\"client\":\"ann\",\"quantity\":3}");
        assertThat(serializer.deserialize(old)).isEqualTo(new Order("ann", 3, "EUR"));
        assertThat(serializer.deserialize(old, Order.class)).isEqualTo(new Order("ann", 3, "EUR"));
        assertThat(serializer.deserialize(old, JsonNode.class).path("currency").asString())
                .isEqualTo("EUR");
        assertThat(serializer.deserialize(old, String.class)).isEqualTo(old.text());
        assertThat(serializer.deserialize(old, byte[].class)).isEqualTo(old.data());
        assertThat(serializer.deserialize(old, Payload.class)).isSameAs(old);
    }

    @Test
    void cyclesAndForksAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadSerializer.jackson(
                        mapper,
                        types,
                        List.of(
                                Upcaster.of("a", "b", tree -> tree),
                                Upcaster.of("b", "c", tree -> tree),
                                Upcaster.of("c", "a", tree -> tree))))
                .withMessageContaining("a -> b -> c -> a");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> PayloadSerializer.jackson(mapper, types, List.of(Upcaster.of("a", "a", tree -> tree))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadSerializer.jackson(
                        mapper,
                        types,
                        List.of(Upcaster.of("a", "b", tree -> tree), Upcaster.of("a", "c", tree -> tree))))
                .withMessageContaining("'a'");
    }

    @Test
    void aFailureNamesTheType() {
        PayloadSerializer failing = PayloadSerializer.jackson(
                mapper,
                types,
                List.of(
                        Upcaster.of("bad", "order-placed.v3", tree -> {
                            throw new IllegalStateException("no such field");
                        }),
                        Upcaster.of("none", "order-placed.v3", tree -> nothing())));
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> failing.deserialize(Payload.json("bad", "{}")))
                .withMessageContaining("from 'bad' to 'order-placed.v3'")
                .withMessageContaining("no such field");
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> failing.deserialize(Payload.json("none", "{}")))
                .withMessageContaining("returned null");
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> failing.deserialize(Payload.json("bad", "[]")))
                .withMessageContaining("no JSON object");
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> serializer.deserialize(Payload.json("order-placed.v3", "null")))
                .withMessageContaining("null");
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> serializer.deserialize(Payload.json("order-placed.v3", "{")))
                .withMessageContaining("'order-placed.v3' cannot be read as " + Order.class.getName());
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> serializer.deserialize(Payload.bytes("order-placed.v3", new byte[0]), Order.class))
                .withMessageContaining("application/octet-stream");
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> serializer.serialize(new Unserialisable()))
                .withMessageContaining("'unserialisable'")
                .satisfies(ex -> assertThat(ex.type()).isEqualTo("unserialisable"));
    }

    @Test
    void contentTypesAreReadWithTheirParameters() {
        byte[] json = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
        Payload versioned = new Payload("x", "application/vnd.a+JSON; charset=utf-8", json);
        assertThat(serializer.deserialize(versioned, JsonNode.class).path("a").asInt())
                .isEqualTo(1);
        assertThat(new Payload("x", "text/csv", json).isText()).isTrue();
        assertThat(new Payload("x", "text/csv", json).toString()).doesNotContain("\"a\"");
    }

    @SuppressWarnings("NullAway")
    private static tools.jackson.databind.node.ObjectNode nothing() {
        tools.jackson.databind.node.@Nullable ObjectNode none = null;
        return none;
    }

    record Order(String customer, int quantity, String currency) {}

    record Counter(int n) {}

    @PayloadType("unserialisable")
    static final class Unserialisable {

        public Object getSelf() {
            return this;
        }

        public String getName() {
            throw new IllegalStateException("broken getter");
        }
    }
}
