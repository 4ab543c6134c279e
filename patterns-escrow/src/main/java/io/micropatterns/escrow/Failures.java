package io.micropatterns.escrow;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.transaction.TransactionException;

/** What a failure of a whole batch may tell of its requests. */
public final class Failures {

    private Failures() {}

    /** Whether others may succeed without the one that is to blame; not when the database cannot be reached. */
    public static boolean mayBeOfOneRequest(Exception failure) {
        return !(failure instanceof DataAccessResourceFailureException
                || failure instanceof TransientDataAccessResourceException
                || failure instanceof QueryTimeoutException
                || failure instanceof TransactionException);
    }
}
