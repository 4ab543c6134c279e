package io.micropatterns.core.deadletter;

/**
 * A key with letters parked, so that whatever of it comes later has to wait behind them.
 *
 * @param destination the destination within which the key is ordered
 * @param key the key
 */
public record BlockedKey(String destination, String key) {}
