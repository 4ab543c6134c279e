package io.micropatterns.core.lease;

/**
 * Who holds a lease, as the database has it.
 *
 * @param name what is leased
 * @param owner the holder
 * @param token its fencing token
 */
public record LeaseOwner(String name, String owner, long token) {}
