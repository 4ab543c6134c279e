package io.micropatterns.example.quickstart.order;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.hibernate.validator.constraints.Range;

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

        @NotNull @Range(min = 1, max = 1000, message = "must be from 1 to 1,000")
        Integer quantity) {}
