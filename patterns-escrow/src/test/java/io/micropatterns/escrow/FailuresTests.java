package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** Which failures of a batch are worth trying its halves for. */
class FailuresTests {

    static final Exception[] OF_THE_DATABASE = {
        new CannotCreateTransactionException("no connection"),
        new TransactionSystemException("the commit's answer is lost"),
        new CannotGetJdbcConnectionException("no connection", new SQLException("refused")),
        new DataAccessResourceFailureException("broken"),
        new TransientDataAccessResourceException("read only"),
        new QueryTimeoutException("too slow")
    };

    static final Exception[] OF_A_REQUEST = {
        new DataIntegrityViolationException("refused"), new IllegalStateException("refused")
    };

    @ParameterizedTest
    @FieldSource("OF_THE_DATABASE")
    void whatNoRequestIsToBlameForIsNotDivided(Exception failure) {
        assertThat(Failures.mayBeOfOneRequest(failure)).isFalse();
    }

    @ParameterizedTest
    @FieldSource("OF_A_REQUEST")
    void whatOneRequestMayBeToBlameForIs(Exception failure) {
        assertThat(Failures.mayBeOfOneRequest(failure)).isTrue();
    }
}
