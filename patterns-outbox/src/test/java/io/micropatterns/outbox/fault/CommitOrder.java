package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;

/** The order in which a ledger's entries are committed, from a replication slot and a decoder that are not the outbox's. */
final class CommitOrder {

    private static final Pattern ENTRY = Pattern.compile("table public\\.ledger: INSERT: id\\[uuid]:'([^']+)'.*");

    private static final int SHOWN = 20;

    private final JdbcTemplate jdbc;
    private final String slot = "truth_" + UUID.randomUUID().toString().replace("-", "");

    /** Of what is committed from now on. */
    CommitOrder(Ledger ledger) {
        this.jdbc = new JdbcTemplate(ledger.server().dataSource(ledger.database()));
        jdbc.queryForList("select pg_create_logical_replication_slot(?, 'test_decoding')", slot);
    }

    private List<UUID> ids() {
        return jdbc
                .queryForList("select data from pg_logical_slot_peek_changes(?, null, null)", String.class, slot)
                .stream()
                .map(ENTRY::matcher)
                .filter(Matcher::matches)
                .map(entry -> UUID.fromString(entry.group(1)))
                .toList();
    }

    private static List<Integer> early(List<Integer> places) {
        return IntStream.range(1, places.size())
                .filter(i -> places.get(i - 1) > places.get(i))
                .mapToObj(places::get)
                .limit(SHOWN)
                .toList();
    }

    /** Checks that each partition has what was committed, once, in the order of the commits. */
    void assertKept(List<Delivery> deliveries) {
        List<UUID> committed = ids();
        assertThat(committed).isNotEmpty();
        assertThat(new HashSet<>(committed))
                .as("exactly what was committed")
                .matches(deliveries.stream().map(Delivery::id).collect(Collectors.toSet())::equals);
        assertThat(deliveries).hasSameSizeAs(committed);
        Map<UUID, Integer> order = new LinkedHashMap<>();
        committed.forEach(id -> order.put(id, order.size()));
        Map<Integer, List<Integer>> partitions = deliveries.stream()
                .collect(Collectors.groupingBy(
                        Delivery::partition,
                        TreeMap::new,
                        Collectors.mapping(
                                delivery -> order.getOrDefault(delivery.id(), -1),
                                Collectors.toCollection(ArrayList::new))));
        partitions.forEach((partition, places) -> assertThat(early(places))
                .as("places in the order of commits that came after a later one, in partition %s", partition)
                .isEmpty());
    }
}
