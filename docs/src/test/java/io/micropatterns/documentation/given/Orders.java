package io.micropatterns.documentation.given;

/** No Spring Data repository, which every application context of these tests would find. */
public interface Orders {

    Order save(Order order);
}
