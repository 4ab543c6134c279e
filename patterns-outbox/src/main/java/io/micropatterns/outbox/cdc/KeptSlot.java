package io.micropatterns.outbox.cdc;

/**
 * A slot as it was found.
 *
 * @param slot what to stream from
 * @param generation tells this slot, and the publication as it is now, from any earlier ones of the same name
 * @param confirmed the position in the log that its next stream begins from
 * @param oldest no transaction that the slot still has is older than this one
 */
public record KeptSlot(ReplicationSlot slot, Generation generation, long confirmed, long oldest) {}
