package io.micropatterns.outbox.jpa;

import io.micropatterns.outbox.Noted;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import org.springframework.data.domain.AbstractAggregateRoot;

/** An aggregate whose domain events leave through the outbox. */
@Entity
public class Account extends AbstractAggregateRoot<Account> {

    @Id
    private String id;

    @Version
    private long version;

    private long balance;

    protected Account() {}

    public Account(String id) {
        this.id = id;
    }

    /** Adds to the balance, and says so on a topic. */
    public Account deposit(long amount, String topic) {
        balance += amount;
        registerEvent(new Noted(topic, id, Long.toString(balance)));
        return this;
    }

    public long balance() {
        return balance;
    }
}
