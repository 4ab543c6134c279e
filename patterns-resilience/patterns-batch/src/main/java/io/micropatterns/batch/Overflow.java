package io.micropatterns.batch;

/** What becomes of an item when there is no room for it. */
public enum Overflow {
    /** Its submitter waits for room, for as long as the item has time: back-pressure. */
    WAIT,
    /** It is refused at once, with a {@link BatchOverflowException} that says when to try again. */
    REJECT
}
