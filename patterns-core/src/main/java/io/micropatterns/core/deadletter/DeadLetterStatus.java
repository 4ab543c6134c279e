package io.micropatterns.core.deadletter;

/** What happens next to a dead letter. */
public enum DeadLetterStatus {

    /** Its owner tries it again once {@link DeadLetter#nextAttemptAt()} has come. */
    RETRYING,

    /** It stands behind an earlier letter of its key, and is due as soon as that one is delivered or discarded. */
    WAITING,

    /** Its attempts are exhausted: an operator decides. */
    DEAD
}
