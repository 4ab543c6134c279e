package io.micropatterns.example.quickstart.summary;

import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/order-summaries")
class OrderSummaryController {

    private final OrderSummaries summaries;

    OrderSummaryController(OrderSummaries summaries) {
        this.summaries = summaries;
    }

    @GetMapping("/{orderId}")
    OrderSummary find(@PathVariable UUID orderId) {
        return summaries
                .find(orderId)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.NOT_FOUND, "No summary of order " + orderId + " has arrived"));
    }

    @GetMapping
    List<OrderSummary> findByCustomer(@RequestParam String customerId) {
        return summaries.findByCustomer(customerId);
    }
}
