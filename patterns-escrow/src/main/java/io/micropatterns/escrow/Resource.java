package io.micropatterns.escrow;

/**
 * A resource as it is at a moment; {@code available + held + consumed = total}.
 *
 * @param name its name
 * @param total how much there is of it altogether
 * @param available how much can be reserved
 * @param held how much is reserved
 * @param consumed how much was confirmed
 * @param stripes how many rows it is kept in
 */
public record Resource(String name, long total, long available, long held, long consumed, int stripes) {}
