package io.micropatterns.outbox.spring;

import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.contract.OutboxPublisherContract;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.json.JsonMapper;

class SpringEventPublisherTests extends OutboxPublisherContract {

    private final List<OutboxDelivery<?>> deliveries = new CopyOnWriteArrayList<>();

    @Override
    protected OutboxPublisher newPublisher() {
        PayloadSerializer serializer = PayloadSerializer.jackson(
                JsonMapper.shared(),
                PayloadTypes.builder().register(type(), String.class).build());
        return new SpringEventPublisher(
                event -> {
                    OutboxDelivery<?> delivery = (OutboxDelivery<?>) event;
                    if (delivery.event().equals("bad")) {
                        throw new IllegalStateException("the listener failed");
                    }
                    deliveries.add(delivery);
                },
                serializer);
    }

    @Override
    protected String newTopic() {
        return UUID.randomUUID().toString();
    }

    @Override
    protected List<Delivered> delivered(String topic, int count) {
        return deliveries.stream()
                .filter(delivery -> delivery.topic().equals(topic))
                .map(delivery -> new Delivered(
                        delivery.id(),
                        delivery.key(),
                        ('"' + delivery.event().toString() + '"').getBytes(StandardCharsets.UTF_8),
                        delivery.headers()))
                .toList();
    }

    @Override
    protected byte[] rejectedPayload() {
        return payload("bad");
    }
}
