package io.micropatterns.core.deadletter;

import java.util.Objects;
import java.util.UUID;

/**
 * A letter with the content it had when it was tried: what has been delivered, and what has not, once an operator has
 * replaced the content meanwhile.
 *
 * @param id the letter's id
 * @param version the content's number, from {@link DeadLetter#version()}
 */
public record DeadLetterVersion(UUID id, int version) {

    public DeadLetterVersion {
        Objects.requireNonNull(id, "id");
    }

    /** The letter as it was read. */
    public static DeadLetterVersion of(DeadLetter letter) {
        return new DeadLetterVersion(letter.id(), letter.version());
    }
}
