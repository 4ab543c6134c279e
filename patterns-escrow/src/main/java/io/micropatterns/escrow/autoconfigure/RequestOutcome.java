package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.batch.BatchTimeoutException;
import io.micropatterns.escrow.EscrowOverloadedException;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.ReservationException;
import io.micropatterns.escrow.ReservationExpiredException;
import io.micropatterns.escrow.UnknownResourceException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;

/** How a request ended; the values of the tag {@code outcome}, in lower case. */
enum RequestOutcome {
    /** It was done. */
    SUCCESS,
    /** There was too little. */
    INSUFFICIENT,
    /** There is no such resource. */
    UNKNOWN,
    /** The reservation's time was over. */
    EXPIRED,
    /** The reservation is not, or no longer, as it would have to be; or there is none. */
    REFUSED,
    /** Too many waited already. */
    OVERLOADED,
    /** The time for a call was over. */
    TIMEOUT,
    /** The caller took it back. */
    CANCELLED,
    /** The database ended it for a lock: a deadlock, mostly. */
    CONFLICT,
    /** Anything else. */
    FAILED;

    static RequestOutcome of(@Nullable Throwable failure) {
        if (failure == null) {
            return SUCCESS;
        }
        if (failure instanceof InsufficientStockException) {
            return INSUFFICIENT;
        }
        if (failure instanceof UnknownResourceException) {
            return UNKNOWN;
        }
        if (failure instanceof ReservationException) {
            return failure instanceof ReservationExpiredException ? EXPIRED : REFUSED;
        }
        if (failure instanceof EscrowOverloadedException) {
            return OVERLOADED;
        }
        if (failure instanceof BatchTimeoutException) {
            return TIMEOUT;
        }
        if (failure instanceof CancellationException) {
            return CANCELLED;
        }
        return failure instanceof ConcurrencyFailureException ? CONFLICT : FAILED;
    }
}
