package io.micropatterns.documentation.given;

import java.util.Optional;
import java.util.UUID;

public interface Summaries {

    void add(Object event);

    Optional<?> find(UUID orderId);
}
