package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxReplay;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Replays by copying rows, in their order. */
public final class JdbcOutboxReplay implements OutboxReplay {

    private static final String COPY = "insert into patterns_outbox (shard, id, type, topic, key, payload, headers)"
            + " select shard, id, type, topic, key, payload,"
            + " (coalesce(headers, '{}')::jsonb || '{\"" + OutboxHeaders.REPLAYED + "\": \"true\"}')::text"
            + " from (select * from patterns_outbox where coalesce(headers, '') not like '%\"" + OutboxHeaders.REPLAYED
            + "\"%' and ";
    private static final String IN_ORDER = " order by position) o";

    /** It copies as much as an operator asks for. */
    private static final NetworkTimeout TIMEOUT = NetworkTimeout.of(Duration.ofHours(1));

    private final JdbcTemplate jdbc;

    /** On the outbox's data source. */
    public JdbcOutboxReplay(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, TIMEOUT));
    }

    @Override
    public int replay(Instant from, Instant to, @Nullable String topic) {
        return jdbc.update(
                COPY + "created_at >= ? and created_at < ? and (?::text is null or topic = ?)" + IN_ORDER,
                from.atOffset(ZoneOffset.UTC),
                to.atOffset(ZoneOffset.UTC),
                topic,
                topic);
    }

    @Override
    public int replay(Collection<UUID> ids) {
        return jdbc.update(COPY + "id = any(?)" + IN_ORDER, (Object) ids.toArray(UUID[]::new));
    }
}
