package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowException;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationException;
import io.micropatterns.escrow.Resource;
import io.micropatterns.escrow.UnknownResourceException;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** What an operator sees of the escrow, and does with it. Names are parameters, not parts of paths: they may have any characters. */
@Endpoint(id = "escrow")
final class EscrowEndpoint {

    private static final int LIMIT = 100;
    private static final int MOST = 1_000;
    private static final int CONFLICT = 409;

    private final Escrow escrow;
    private final EscrowResources resources;
    private final List<ReservationExpiry> expiries;

    EscrowEndpoint(Escrow escrow, EscrowResources resources, List<ReservationExpiry> expiries) {
        this.escrow = escrow;
        this.resources = resources;
        this.expiries = expiries;
    }

    /** A page of the resources by name; {@code after} is the name of the last one of the page before. */
    @ReadOperation
    Overview overview(@Nullable String prefix, @Nullable String after, @Nullable Integer limit) {
        int most = limit == null ? LIMIT : limit;
        if (most < 1 || most > MOST) {
            throw invalid("'limit' is " + most + ", but must be between 1 and " + MOST);
        }
        List<Resource> page = resources.findAll(prefix == null ? "" : prefix, after, most);
        return new Overview(
                expiries.stream().anyMatch(ReservationExpiry::isHeld),
                page,
                page.size() < most ? null : page.get(most - 1).name());
    }

    /** A resource, a reservation, or what {@code verify} finds. */
    @ReadOperation
    WebEndpointResponse<Object> look(@Selector String part, @Nullable String name, @Nullable UUID id) {
        return switch (part) {
            case "resource" -> {
                String wanted = required(part, "name", name);
                yield answer(() -> resources.find(wanted).orElseThrow(() -> new UnknownResourceException(wanted)));
            }
            case "reservation" -> reservation(required(part, "id", id), UnaryOperator.identity());
            case "verify" -> new WebEndpointResponse<>(Map.of("discrepancies", resources.verify()));
            default -> throw invalid("GET /escrow/" + part + " is unknown; there are resource, reservation, verify");
        };
    }

    /** Creates, tops up or reduces a resource; releases or extends a reservation. */
    @WriteOperation
    WebEndpointResponse<Object> act(
            @Selector String action,
            @Nullable String resource,
            @Nullable Long quantity,
            @Nullable Integer stripes,
            @Nullable UUID reservation,
            @Nullable Duration timeToLive) {
        return switch (action) {
            case "create" ->
                stock(
                        action,
                        resource,
                        quantity,
                        (name, total) -> resources.create(name, total, stripes == null ? 1 : stripes));
            case "topUp" -> stock(action, resource, quantity, resources::topUp);
            case "reduce" -> stock(action, resource, quantity, resources::reduce);
            case "release" ->
                reservation(required(action, "reservation", reservation), found -> escrow.release(found.id()));
            case "extend" -> {
                Duration time = required(action, "timeToLive", timeToLive);
                yield reservation(
                        required(action, "reservation", reservation), found -> escrow.extend(found.id(), time));
            }
            default ->
                throw invalid(
                        "POST /escrow/" + action + " is unknown; there are create, topUp, reduce, release, extend");
        };
    }

    private static WebEndpointResponse<Object> stock(
            String action,
            @Nullable String resource,
            @Nullable Long quantity,
            BiFunction<String, Long, Resource> change) {
        String name = required(action, "resource", resource);
        long number = required(action, "quantity", quantity);
        return answer(() -> change.apply(name, number));
    }

    private WebEndpointResponse<Object> reservation(UUID id, UnaryOperator<Reservation> change) {
        Optional<Reservation> found = find(id);
        return found.isEmpty()
                ? error(
                        WebEndpointResponse.STATUS_NOT_FOUND,
                        "There is no reservation " + id + ", or it is kept no longer")
                : answer(() -> change.apply(found.get()));
    }

    private Optional<Reservation> find(UUID id) {
        try {
            return escrow.find(id);
        } catch (ReservationException e) {
            // Of a shard that there is not.
            return Optional.empty();
        }
    }

    private static WebEndpointResponse<Object> answer(Supplier<Object> work) {
        try {
            return new WebEndpointResponse<>(work.get());
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        } catch (UnknownResourceException e) {
            return error(WebEndpointResponse.STATUS_NOT_FOUND, e.getMessage());
        } catch (EscrowException e) {
            return error(CONFLICT, e.getMessage());
        }
    }

    private static WebEndpointResponse<Object> error(int status, @Nullable String message) {
        return new WebEndpointResponse<>(Map.of("error", String.valueOf(message)), status);
    }

    private static <T> T required(String operation, String name, @Nullable T value) {
        if (value == null) {
            throw invalid(operation + " wants a '" + name + "'");
        }
        return value;
    }

    private static InvalidEndpointRequestException invalid(String reason) {
        return new InvalidEndpointRequestException(reason, reason);
    }

    /**
     * The overview.
     *
     * @param sweeps whether it is this instance that ends what is late
     * @param resources a page of the resources
     * @param next what to ask for {@code after} this page; {@code null} when it is the last one
     */
    record Overview(
            boolean sweeps,
            List<Resource> resources,
            @Nullable String next) {}
}
