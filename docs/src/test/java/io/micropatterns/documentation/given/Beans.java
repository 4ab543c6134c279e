package io.micropatterns.documentation.given;

import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.inbox.Inbox;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.outbox.Outbox;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;

/** The class that snippets of members and statements stand in: what they find around them. */
public abstract class Beans {

    protected ApplicationEventPublisher events;
    protected Outbox outbox;
    protected Inbox inbox;
    protected DeadLetters deadLetters;
    protected Escrow escrow;
    protected EscrowResources resources;
    protected Orders orders;
    protected Summaries summaries;

    protected Order order;
    protected OrderPlaced event;
    protected OrderPlaced first;
    protected OrderPlaced second;
    protected String tenant;
    protected String eventId;
    protected String requestId;
    protected String request;
    protected List<String> ids;
    protected UUID id;
    protected byte[] payload;
    protected Map<String, String> headers;
    protected String jdbcUrl;
    protected String reference;
    protected String key;
    protected String topic;
    protected long offset;
    protected int attempts;
    protected Exception failure;

    protected Receipt pay(String paid) {
        return new Receipt(paid);
    }

    protected List<Receipt> insertAll(List<Order> inserted) {
        return inserted.stream().map(this::receiptOf).toList();
    }

    protected Receipt receiptOf(Order ordered) {
        return new Receipt(ordered.toString());
    }
}
