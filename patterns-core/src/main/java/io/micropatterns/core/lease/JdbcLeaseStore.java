package io.micropatterns.core.lease;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Leases as rows of {@code patterns_lease}. Thread-safe. */
final class JdbcLeaseStore implements LeaseStore {

    private static final String UNTIL = "clock_timestamp() + ? * interval '1 millisecond'";

    /** Seconds since 1970: a row that has been deleted, or restored, comes back with a larger token than it ever had. */
    private static final String CLOCK = "extract(epoch from clock_timestamp())::bigint";

    private final JdbcTemplate jdbc;

    JdbcLeaseStore(DataSource dataSource, NetworkTimeout timeout) {
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
    }

    @Override
    public OptionalLong acquire(String name, String owner, Duration timeToLive) {
        return jdbc
                .queryForList(
                        "insert into patterns_lease as l (name, owner, token, expires_at) values (?, ?, " + CLOCK + ", "
                                + UNTIL + ")"
                                + " on conflict (name) do update set owner = excluded.owner,"
                                + " token = greatest(l.token + 1, excluded.token),"
                                + " expires_at = excluded.expires_at"
                                + " where l.owner is null or l.expires_at < clock_timestamp() returning l.token",
                        Long.class,
                        name,
                        owner,
                        timeToLive.toMillis())
                .stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    @Override
    public Set<String> renew(Collection<String> names, String owner, Duration timeToLive) {
        return new HashSet<>(jdbc.queryForList(
                "update patterns_lease set expires_at = " + UNTIL
                        + " where name = any(?) and owner = ? and expires_at > clock_timestamp() returning name",
                String.class,
                timeToLive.toMillis(),
                names.toArray(String[]::new),
                owner));
    }

    @Override
    public void release(String name, String owner, long token) {
        jdbc.update(
                "update patterns_lease set owner = null, expires_at = null where name = ? and owner = ? and token = ?",
                name,
                owner,
                token);
    }

    @Override
    public List<String> free(Collection<String> names) {
        return jdbc.query(
                "select n from unnest(?::text[]) n where not exists (select 1 from patterns_lease l"
                        + " where l.name = n and l.owner is not null and l.expires_at > clock_timestamp())",
                (row, number) -> row.getString(1),
                (Object) names.toArray(String[]::new));
    }

    @Override
    public int join(String group, String member, boolean steppedDown, Duration timeToLive, Collection<String> names) {
        jdbc.update(
                "insert into patterns_member (group_name, member, stepped_down, expires_at) values (?, ?, ?, " + UNTIL
                        + ") on conflict (group_name, member) do update set stepped_down = excluded.stepped_down,"
                        + " expires_at = excluded.expires_at",
                group,
                member,
                steppedDown,
                timeToLive.toMillis());
        jdbc.update("delete from patterns_member where group_name = ? and expires_at < clock_timestamp()", group);
        int leases = names.size();
        return jdbc
                .query(
                        "select r.members, r.rank from (select m.member, count(*) over () as members, row_number() over"
                                + " (order by (select count(*) from patterns_lease l where l.name = any(?)"
                                + " and l.owner = m.member and l.expires_at > clock_timestamp()) desc, m.member) as rank"
                                + " from patterns_member m where m.group_name = ? and (not m.stepped_down or not exists"
                                + " (select 1 from patterns_member o where o.group_name = m.group_name"
                                + " and not o.stepped_down))) r where r.member = ?",
                        (row, number) -> leases / row.getInt(1) + (row.getInt(2) <= leases % row.getInt(1) ? 1 : 0),
                        names.toArray(String[]::new),
                        group,
                        member)
                .stream()
                .findFirst()
                // Stepped down, or expired since: for want of others' leases, only free ones can be taken.
                .orElse(steppedDown ? 0 : leases);
    }

    @Override
    public void leave(String group, String member) {
        jdbc.update("delete from patterns_member where group_name = ? and member = ?", group, member);
    }

    @Override
    public List<LeaseOwner> owners(Collection<String> names) {
        return jdbc.query(
                "select name, owner, token from patterns_lease"
                        + " where name = any(?) and owner is not null and expires_at > clock_timestamp() order by name",
                (row, index) -> new LeaseOwner(row.getString("name"), row.getString("owner"), row.getLong("token")),
                (Object) names.toArray(String[]::new));
    }
}
