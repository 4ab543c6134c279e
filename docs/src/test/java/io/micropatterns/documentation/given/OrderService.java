package io.micropatterns.documentation.given;

public class OrderService {

    public Order place(NewOrder request) {
        return Order.of(request);
    }
}
