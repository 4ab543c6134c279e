package io.micropatterns.outbox.debezium;

import java.util.List;
import java.util.Set;

/** Debezium's properties that would change what is streamed, from where, or how far it is confirmed. */
final class ReservedProperties {

    private static final Set<String> NAMES = Set.of(
            "name",
            "binary.handling.mode",
            "connector.class",
            "custom.retriable.exception",
            "database.dbname",
            "database.hostname",
            "database.password",
            "database.port",
            "database.user",
            "decimal.handling.mode",
            "flush.lsn.source",
            "include.unknown.datatypes",
            "lsn.flush.mode",
            "plugin.name",
            "provide.transaction.metadata",
            "read.only",
            "skip.messages.without.change",
            "skipped.operations",
            "sourceinfo.struct.maker",
            "tasks.max",
            "time.precision.mode",
            "tombstones.on.delete",
            "unavailable.value.placeholder");

    private static final List<String> PREFIXES = List.of(
            "column.",
            "converters",
            "errors.",
            "event.",
            "field.",
            "heartbeat.",
            "incremental.",
            "instant.",
            "internal.",
            "message.",
            "offset.",
            "post.processors",
            "predicates",
            "publication.",
            "publish.",
            "record.processing.",
            "replica.identity.",
            "retriable.",
            "schema.",
            "signal.",
            "slot.",
            "snapshot.",
            "statistics.",
            "streaming.delay.",
            "table.",
            "topic.",
            "transforms");

    private ReservedProperties() {}

    static boolean contain(String property) {
        return NAMES.contains(property) || PREFIXES.stream().anyMatch(property::startsWith);
    }
}
