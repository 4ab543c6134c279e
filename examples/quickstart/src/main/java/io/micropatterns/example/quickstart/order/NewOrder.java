package io.micropatterns.example.quickstart.order;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * A request to place an order.
 *
 * @param customerId who orders
 * @param sku what is ordered
 * @param quantity how many, 1 to 1,000
 */
public record NewOrder(
        @NotBlank @Size(max = 64) String customerId,
        @NotBlank @Size(max = 64) String sku,
        @NotNull @Min(1) @Max(1000) Integer quantity) {}
