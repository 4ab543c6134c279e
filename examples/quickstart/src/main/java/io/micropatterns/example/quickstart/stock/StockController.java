package io.micropatterns.example.quickstart.stock;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/stock")
class StockController {

    private final Items items;

    StockController(Items items) {
        this.items = items;
    }

    @GetMapping
    List<ItemStock> list() {
        return items.list();
    }

    @GetMapping("/{sku}")
    ItemStock find(@PathVariable String sku) {
        return items.find(sku)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no item " + sku));
    }
}
