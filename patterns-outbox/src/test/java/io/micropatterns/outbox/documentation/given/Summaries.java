package io.micropatterns.outbox.documentation.given;

public interface Summaries {

    void add(Object event);
}
