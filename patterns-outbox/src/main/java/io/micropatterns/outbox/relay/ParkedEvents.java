package io.micropatterns.outbox.relay;

import io.micropatterns.core.deadletter.BlockedKey;
import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterVersion;
import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.deadletter.NewDeadLetter;
import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One shard's rejected events: out of the stream's way in the dead letters, tried again there. Every write is fenced by
 * the lease's token, so that a relay that was paused cannot park what its successor has published. Not thread-safe.
 */
final class ParkedEvents {

    static final String SOURCE = "outbox";
    private static final int RETRIED_AT_ONCE = 100;

    private final DeadLetters deadLetters;
    private final DeadLetterPolicy policy;
    private final OutboxListener listener;
    private final OutboxLog.Shard log;
    private final int shard;
    private final String channel;
    private final long token;
    /** Those that were due last. */
    private final Map<DeadLetterVersion, DeadLetter> letters = new HashMap<>();

    private boolean any;

    ParkedEvents(
            DeadLetters deadLetters,
            DeadLetterPolicy policy,
            OutboxListener listener,
            OutboxLog.Shard log,
            int shard,
            long token) {
        this.deadLetters = deadLetters;
        this.policy = policy;
        this.listener = listener;
        this.log = log;
        this.shard = shard;
        this.channel = Integer.toString(shard);
        this.token = token;
    }

    /** Looks whether the shard has any; to be called first, and now and then. */
    void refresh() {
        any = deadLetters.any(SOURCE, channel);
    }

    boolean any() {
        return any;
    }

    /**
     * The events of a page that are still to be published: not those parked by an earlier attempt at it, and, if keys
     * are blocked, not those behind a parked one, which are parked now.
     */
    List<OutboxRecord> withoutParked(List<OutboxRecord> page) {
        if (!any) {
            return page;
        }
        Set<String> parked = deadLetters.parked(
                SOURCE, page.stream().map(ParkedEvents::reference).toList());
        List<OutboxRecord> rest = page.stream()
                .filter(event -> !parked.contains(reference(event)))
                .toList();
        return policy.blockKey() ? parkBlocked(rest, deadLetters.blockedKeys(SOURCE, channel)) : rest;
    }

    /**
     * A page in the portions to publish it in: whole, or, where the stream may take an event and reject an earlier one of
     * its key, so that no portion has two events of a key that must wait for each other.
     */
    List<List<OutboxRecord>> rounds(List<OutboxRecord> page, boolean allOrNothing) {
        if (allOrNothing || !policy.blockKey()) {
            return List.of(page);
        }
        List<List<OutboxRecord>> rounds = new ArrayList<>();
        Map<BlockedKey, Integer> nextRound = new HashMap<>();
        for (OutboxRecord event : page) {
            BlockedKey key = keyOf(event);
            int round = key == null ? 0 : nextRound.merge(key, 1, Integer::sum) - 1;
            if (round == rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round).add(event);
        }
        return rounds;
    }

    /** Parks rejected events, and answers those of the page that are still to be published. */
    List<OutboxRecord> park(List<OutboxRecord> page, Map<Long, Throwable> causes) {
        List<NewDeadLetter> letters = new ArrayList<>();
        List<OutboxRecord> rest = new ArrayList<>();
        Set<BlockedKey> blocked = new HashSet<>();
        for (OutboxRecord event : page) {
            Throwable cause = causes.get(event.position());
            BlockedKey key = policy.blockKey() ? keyOf(event) : null;
            if (key != null && blocked.contains(key)) {
                letters.add(letter(event).waiting());
            } else if (cause != null) {
                Duration delay = policy.delayAfter(1);
                NewDeadLetter letter = letter(event);
                letters.add(delay == null ? letter.dead(1, cause) : letter.retrying(1, cause, delay));
                if (key != null) {
                    blocked.add(key);
                }
            } else {
                rest.add(event);
            }
        }
        log.fenced(token, () -> park(letters));
        any = true;
        for (OutboxRecord event : page) {
            Throwable cause = causes.get(event.position());
            if (cause != null) {
                listener.rejected(event, cause);
            }
        }
        return rest;
    }

    private List<OutboxRecord> parkBlocked(List<OutboxRecord> events, Set<BlockedKey> blocked) {
        List<NewDeadLetter> letters = new ArrayList<>();
        List<OutboxRecord> rest = new ArrayList<>();
        for (OutboxRecord event : events) {
            BlockedKey key = keyOf(event);
            if (key != null && blocked.contains(key)) {
                letters.add(letter(event).waiting());
            } else {
                rest.add(event);
            }
        }
        if (!letters.isEmpty()) {
            log.fenced(token, () -> park(letters));
        }
        return rest;
    }

    /** A page's events are not rejected in their order: what cannot be sent at all is before what the broker refuses. */
    private void park(List<NewDeadLetter> letters) {
        if (policy.blockKey()) {
            deadLetters.parkBlocking(letters);
        } else {
            deadLetters.parkAll(letters);
        }
    }

    /** The parked events whose next attempt is due, by their dead letters. */
    Map<DeadLetterVersion, OutboxRecord> due() {
        Map<DeadLetterVersion, OutboxRecord> due = new LinkedHashMap<>();
        letters.clear();
        for (DeadLetter letter : deadLetters.due(SOURCE, channel, RETRIED_AT_ONCE)) {
            DeadLetterVersion version = DeadLetterVersion.of(letter);
            due.put(version, event(letter));
            letters.put(version, letter);
        }
        return due;
    }

    /** Notes that some of the due ones were rejected again, and answers the others. */
    Map<DeadLetterVersion, OutboxRecord> failedAgain(
            Map<DeadLetterVersion, OutboxRecord> due, Map<Long, Throwable> causes) {
        Map<DeadLetterVersion, OutboxRecord> rest = new LinkedHashMap<>(due);
        log.fenced(
                token,
                () -> due.forEach((version, event) -> {
                    Throwable cause = causes.get(event.position());
                    DeadLetter letter = letters.get(version);
                    if (cause != null && letter != null) {
                        deadLetters.failedAgain(letter, cause, policy.delayAfter(letter.attempts() + 1));
                        rest.remove(version);
                    }
                }));
        return rest;
    }

    /** Removes dead letters that were published. */
    void settle(Collection<DeadLetterVersion> published) {
        if (!published.isEmpty()) {
            log.fenced(token, () -> deadLetters.resolve(published));
        }
    }

    private static @Nullable BlockedKey keyOf(OutboxRecord event) {
        return event.key() == null ? null : new BlockedKey(event.topic(), event.key());
    }

    private NewDeadLetter letter(OutboxRecord event) {
        Map<String, String> headers = new HashMap<>(event.headers());
        headers.put(OutboxHeaders.EVENT_ID, event.id().toString());
        return NewDeadLetter.of(
                        SOURCE,
                        channel,
                        reference(event),
                        event.position(),
                        event.key(),
                        event.topic(),
                        event.type(),
                        event.payload())
                .withHeaders(headers);
    }

    private OutboxRecord event(DeadLetter letter) {
        Map<String, String> headers = new HashMap<>(letter.headers());
        @Nullable String id = headers.remove(OutboxHeaders.EVENT_ID);
        headers.remove(OutboxHeaders.UNREADABLE, "");
        return new OutboxRecord(
                letter.sequence(),
                shard,
                id == null ? letter.id() : UUID.fromString(id),
                letter.type(),
                letter.destination(),
                letter.key(),
                letter.payload(),
                headers,
                letter.firstFailedAt());
    }

    private static String reference(OutboxRecord event) {
        // A row's and a message's position may be alike.
        return event.position() + "-" + event.id();
    }
}
