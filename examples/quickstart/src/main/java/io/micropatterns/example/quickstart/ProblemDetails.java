package io.micropatterns.example.quickstart;

import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.ReservationException;
import io.micropatterns.escrow.ReservationExpiredException;
import io.micropatterns.escrow.UnknownResourceException;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.databind.DatabindException;

/**
 * Answers as {@code application/problem+json}: bad input with each field at fault, and what cannot be had with how much
 * there is.
 */
@RestControllerAdvice
class ProblemDetails extends ResponseEntityExceptionHandler {

    record Violation(String field, String message) {}

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var violations = failure.getFieldErrors().stream()
                .map(error -> new Violation(error.getField(), message(error)))
                .sorted(Comparator.comparing(Violation::field).thenComparing(Violation::message))
                .toList();
        return invalid(failure, failure.getBody(), violations, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var violations = failure.getParameterValidationResults().stream()
                .flatMap(result -> result.getResolvableErrors().stream()
                        .map(error -> new Violation(
                                String.valueOf(result.getMethodParameter().getParameterName()),
                                String.valueOf(error.getDefaultMessage()))))
                .toList();
        return invalid(failure, failure.getBody(), violations, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var body = ProblemDetail.forStatusAndDetail(status, "The request's body is not the JSON that is expected.");
        if (failure.getCause() instanceof DatabindException cause
                && !cause.getPath().isEmpty()) {
            var field = cause.getPath().get(cause.getPath().size() - 1).getPropertyName();
            return invalid(
                    failure,
                    body,
                    List.of(new Violation(String.valueOf(field), "has the wrong type")),
                    headers,
                    status,
                    request);
        }
        return handleExceptionInternal(failure, body, headers, status, request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handleUnknownItem(UnknownResourceException failure, WebRequest request) {
        var status = HttpStatus.BAD_REQUEST;
        var violations = List.of(new Violation("sku", "is not sold here"));
        return invalid(failure, ProblemDetail.forStatus(status), violations, new HttpHeaders(), status, request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handleOutOfStock(InsufficientStockException failure, WebRequest request) {
        var body = conflict(
                "out-of-stock",
                "Out of stock",
                failure.requested() + " of " + failure.resource() + " ordered, " + failure.available() + " available.");
        body.setProperty("sku", failure.resource());
        body.setProperty("requested", failure.requested());
        body.setProperty("available", failure.available());
        return handleExceptionInternal(failure, body, new HttpHeaders(), HttpStatus.CONFLICT, request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handleHoldExpired(ReservationException failure, WebRequest request) {
        var body = conflict(
                "hold-expired",
                "The hold has expired",
                "The order was not paid for in time, and its items are held no longer; place it again.");
        if (failure instanceof ReservationExpiredException expired) {
            body.setProperty("expiredAt", expired.expiredAt());
        }
        return handleExceptionInternal(failure, body, new HttpHeaders(), HttpStatus.CONFLICT, request);
    }

    @ExceptionHandler({CannotCreateTransactionException.class, DataAccessResourceFailureException.class})
    @Nullable
    ResponseEntity<Object> handleUnavailable(Exception failure, WebRequest request) {
        logger.warn("The database does not answer", failure);
        var body = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "The database does not answer; try again shortly.");
        return handleExceptionInternal(failure, body, new HttpHeaders(), HttpStatus.SERVICE_UNAVAILABLE, request);
    }

    private @Nullable ResponseEntity<Object> invalid(
            Exception failure,
            ProblemDetail body,
            List<Violation> violations,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        body.setDetail("The request is invalid; see errors.");
        body.setProperty("errors", violations);
        return handleExceptionInternal(failure, body, headers, status, request);
    }

    private static ProblemDetail conflict(String type, String title, String detail) {
        var body = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, detail);
        body.setType(URI.create("urn:problem-type:" + type));
        body.setTitle(title);
        return body;
    }

    private static String message(FieldError error) {
        return String.valueOf(error.getDefaultMessage());
    }
}
