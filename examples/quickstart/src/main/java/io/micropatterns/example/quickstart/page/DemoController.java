package io.micropatterns.example.quickstart.page;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/demo")
class DemoController {

    private final DemoOrders orders;
    private final StatusReader status;

    DemoController(DemoOrders orders, StatusReader status) {
        this.orders = orders;
        this.status = status;
    }

    record Accepted(int accepted) {}

    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Accepted place(@RequestParam(defaultValue = "1000") @Min(1) @Max(DemoOrders.MAX_COUNT) int count) {
        if (!orders.place(count)) {
            throw new ResponseStatusException(
                    HttpStatus.TOO_MANY_REQUESTS, orders.waiting() + " orders wait to be placed; try again shortly.");
        }
        return new Accepted(count);
    }

    @GetMapping("/status")
    ResponseEntity<Status> status() {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(status.read());
    }
}
