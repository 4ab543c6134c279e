package io.micropatterns.core.deadletter;

import io.micropatterns.core.jdbc.NetworkTimeout;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * What failed, for every pattern, in one table: {@code patterns_dead_letter}. A letter leaves it when it is delivered
 * ({@link #resolve}) or an operator discards it, and never by age.
 *
 * <p>The <em>owner</em> of a channel, one thread at a time, parks letters, asks for those that are due, and reports what
 * became of them; it holds a lease, and fences these writes with it in the same transaction. An <em>operator</em> may
 * act at any time.
 *
 * <p><b>Order.</b> Within a source, channel, destination and key, a letter that was parked as waiting is due only when
 * no earlier one (by sequence) is left. Whatever may write several letters takes a lock on the channel that lasts until
 * the transaction ends, so that none waits for a letter that has just gone, and no two deadlock.
 *
 * <p><b>Transactions.</b> Every method joins the caller's transaction when there is one and opens one otherwise. The
 * caller's needs READ COMMITTED, the database's default; its own are, whatever the pool's default. <b>Blocking.</b> Every method is a round trip or a few. <b>Time</b> is by
 * the database's clock. <b>Threads.</b> Safe for use by many threads.
 *
 * <p>Every method throws Spring's {@code DataAccessException} when the database fails, or its {@code
 * TransactionException} when no transaction can be opened or committed.
 */
public interface DeadLetters {

    /** Parks a letter, unless its source has parked that reference already. Returns whether it is new. */
    boolean park(NewDeadLetter letter);

    /** Parks letters in the collection's order, in one batch; those already parked are left as they are. */
    void parkAll(Collection<NewDeadLetter> letters);

    /**
     * As {@link #parkAll}, for an owner who keeps to the order of each key: later letters of these keys that are parked
     * already wait behind them from now on, whatever they did before.
     */
    void parkBlocking(Collection<NewDeadLetter> letters);

    /** Those of the references that are parked. */
    Set<String> parked(String source, Collection<String> references);

    /** Whether a channel has any letter, in any status. */
    boolean any(String source, String channel);

    /** The letters of a channel whose time has come, by sequence. */
    List<DeadLetter> due(String source, String channel, int limit);

    /** The keys of a channel with letters parked, in any status. */
    Set<BlockedKey> blockedKeys(String source, String channel);

    /**
     * Notes a further failed attempt at a letter that was {@link #due}; without effect when an operator has retried,
     * replayed or discarded it since, for it is due at once then, or gone.
     *
     * @param letter the letter as it was due
     * @param nextAttempt how long from now until the next attempt; {@code null} when there will be none
     */
    void failedAgain(DeadLetter letter, Throwable cause, @Nullable Duration nextAttempt);

    /**
     * Removes letters that have been delivered; the next ones waiting for their keys are due at once. One whose content an
     * operator has replaced since stays: what it holds now has not been delivered.
     */
    void resolve(Collection<DeadLetterVersion> delivered);

    /** One letter. */
    Optional<DeadLetter> find(UUID id);

    /** A page of letters, last failed first. */
    List<DeadLetter> list(DeadLetterQuery query);

    /** How many letters a query admits, whatever its page. */
    long count(DeadLetterQuery query);

    /** How many letters there are of each source, status and type. */
    List<DeadLetterCount> counts();

    /**
     * Makes a letter due now. Returns false when it is unknown, or waits behind an earlier one: that one must go first.
     */
    boolean retry(UUID id);

    /** Makes every letter due now that a query admits, whatever its page, but for those waiting. Returns how many. */
    int retryAll(DeadLetterQuery query);

    /**
     * Removes a letter undelivered; the next one waiting for its key is due at once. The loss is logged as a warning, with
     * the reason, and counted. Returns false when it is unknown. An owner that has not yet recorded that it got past the
     * letter, as when it failed right after parking it, meets what the letter held again, and tries, or parks, it anew.
     */
    boolean discard(UUID id, String reason);

    /**
     * Replaces a letter's payload, and those of its headers that are given, and makes it due now. Returns false when it is unknown, or waits behind
     * an earlier one.
     */
    boolean replay(UUID id, byte[] payload, Map<String, String> headers);

    /** Dead letters in PostgreSQL. The transaction manager must be the one of the caller's transactions. */
    static DeadLetters jdbc(DataSource dataSource, PlatformTransactionManager transactionManager) {
        return jdbc(dataSource, transactionManager, DeadLetterListener.NONE);
    }

    /** Dead letters in PostgreSQL that tell a listener what was parked and discarded. */
    static DeadLetters jdbc(
            DataSource dataSource, PlatformTransactionManager transactionManager, DeadLetterListener listener) {
        return jdbc(dataSource, transactionManager, listener, NetworkTimeout.DEFAULT);
    }

    /**
     * Dead letters in PostgreSQL that tell a listener what was parked and discarded.
     *
     * @param timeout how long an answer of the database is waited for outside the caller's transactions
     */
    static DeadLetters jdbc(
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            DeadLetterListener listener,
            NetworkTimeout timeout) {
        return new JdbcDeadLetters(dataSource, transactionManager, listener, timeout);
    }
}
