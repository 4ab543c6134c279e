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
    private final DrillRunner drills;
    private final StatusReader status;

    DemoController(DemoOrders orders, DrillRunner drills, StatusReader status) {
        this.orders = orders;
        this.drills = drills;
        this.status = status;
    }

    record Accepted(int accepted) {}

    record StartedDrill(String sku) {}

    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Accepted place(@RequestParam(defaultValue = "1000") @Min(1) @Max(DemoOrders.MAX_COUNT) int count) {
        if (!orders.place(count)) {
            throw new ResponseStatusException(
                    HttpStatus.TOO_MANY_REQUESTS, orders.waiting() + " orders wait to be placed; try again shortly.");
        }
        return new Accepted(count);
    }

    @PostMapping("/drills")
    @ResponseStatus(HttpStatus.ACCEPTED)
    StartedDrill drill() {
        return drills.start()
                .map(StartedDrill::new)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.TOO_MANY_REQUESTS, "A drill is under way; try again shortly."));
    }

    @GetMapping("/status")
    ResponseEntity<Status> status() {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(status.read());
    }
}
