package io.micropatterns.outbox.cdc;

/**
 * Tells a slot, and the publication as it was with it, from any earlier ones of the same names.
 *
 * @param slot of the slot
 * @param publication of what the publication publishes
 */
public record Generation(String slot, String publication) {

    /** Between the two in the text form, which SQL writes, too. */
    public static final char SEPARATOR = '/';

    /** Reads the text form; a text without a publication has an empty one. */
    public static Generation parse(String text) {
        int end = text.indexOf(SEPARATOR);
        return end < 0 ? new Generation(text, "") : new Generation(text.substring(0, end), text.substring(end + 1));
    }

    /** Whether it is the same slot, whatever has become of the publication. */
    public boolean isOfSlot(Generation other) {
        return slot.equals(other.slot);
    }

    /** The text form; there is no space in it. */
    @Override
    public String toString() {
        return slot + SEPARATOR + publication;
    }
}
