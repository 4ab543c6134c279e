package io.micropatterns.outbox.jdbc;

import java.util.BitSet;
import java.util.Optional;
import java.util.stream.Collectors;

/** A set of shards as the payload of a notification: numbers, comma-separated. */
final class ShardSetText {

    private ShardSetText() {}

    static String write(BitSet shards) {
        return shards.stream().mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    /** Empty for a text of another origin: anyone may notify on the channel. */
    static Optional<BitSet> read(String text) {
        BitSet shards = new BitSet();
        for (String number : text.split(",")) {
            if (!number.matches("\\d{1,5}")) {
                return Optional.empty();
            }
            shards.set(Integer.parseInt(number));
        }
        return Optional.of(shards);
    }
}
