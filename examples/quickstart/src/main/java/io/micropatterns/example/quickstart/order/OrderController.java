package io.micropatterns.example.quickstart.order;

import jakarta.validation.Valid;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/orders")
class OrderController {

    private final OrderService service;

    OrderController(OrderService service) {
        this.service = service;
    }

    @PostMapping
    ResponseEntity<PlacedOrder> place(@Valid @RequestBody NewOrder request) {
        var order = service.place(request);
        return ResponseEntity.created(URI.create("/orders/" + order.orderId())).body(order);
    }

    @PostMapping("/{orderId}/payment")
    PlacedOrder pay(@PathVariable UUID orderId) {
        return service.pay(orderId).orElseThrow(() -> unknown(orderId));
    }

    @GetMapping("/{orderId}")
    PlacedOrder find(@PathVariable UUID orderId) {
        return service.find(orderId).orElseThrow(() -> unknown(orderId));
    }

    private static ResponseStatusException unknown(UUID orderId) {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no order " + orderId);
    }
}
