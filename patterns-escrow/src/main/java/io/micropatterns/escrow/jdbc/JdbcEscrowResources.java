package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.EscrowLimits;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.Resource;
import io.micropatterns.escrow.ResourceExistsException;
import io.micropatterns.escrow.UnknownResourceException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.transaction.support.TransactionOperations;

/** Resources in {@code patterns_escrow_stock}. Thread-safe. */
public final class JdbcEscrowResources implements EscrowResources {

    private static final RowMapper<Resource> RESOURCE = (row, index) -> new Resource(
            row.getString("resource"),
            row.getLong("total"),
            row.getLong("available"),
            row.getLong("held"),
            row.getLong("consumed"),
            row.getInt("stripes"));

    private static final String SELECT = "select resource, sum(total) as total, sum(available) as available,"
            + " sum(held) as held, sum(consumed) as consumed, count(*) as stripes from patterns_escrow_stock";

    private static final String PAGE = SELECT + " where resource collate \"C\" > ? and starts_with(resource, ?)"
            + " group by resource order by resource collate \"C\" limit ?";

    /** Who makes the first stripe makes the others; where several come at once, that is one of them. */
    private static final String CREATE = """
            with wanted as materialized (
                select r.name, n as stripe, r.stripes,
                       (r.total / r.stripes + (n < mod(r.total, r.stripes))::int)::bigint as total
                  from (select ?::text as name, ?::bigint as total, ?::int as stripes) r
                 cross join lateral generate_series(0, r.stripes - 1) n
                 where not exists (select from patterns_escrow_stock s where s.resource = r.name)
            ), first as (
                insert into patterns_escrow_stock (resource, stripe, stripes, total, available)
                select name, stripe, stripes, total, total from wanted where stripe = 0
                    on conflict do nothing returning resource
            ), others as (
                insert into patterns_escrow_stock (resource, stripe, stripes, total, available)
                select name, stripe, stripes, total, total from wanted, first where stripe > 0
            )
            select count(*) from first
            """;

    /** All of it to the first stripe: others gather it when they need it. No more than there is a number for. */
    private static final String TOP_UP = """
            update patterns_escrow_stock s set total = s.total + a.quantity, available = s.available + a.quantity
              from (select ?::text as resource, ?::bigint as quantity) a
             where s.resource = a.resource and s.stripe = 0
               and a.quantity <= 9223372036854775807
                     - (select sum(t.total) from patterns_escrow_stock t where t.resource = a.resource)
            """;

    private static final String REDUCE = """
            with locked as materialized (
                select resource, stripe, total, available, held, consumed
                  from patterns_escrow_stock where resource = ? order by stripe for update
            ), taken as materialized (
                select *, least(available, greatest(0,
                           ? - (sum(available) over (order by available desc, stripe) - available)))::bigint as quantity,
                       sum(available) over () as altogether
                  from locked
            )
            update patterns_escrow_stock s
               set total = t.total - t.quantity, available = t.available - t.quantity, held = t.held, consumed = t.consumed
              from taken t
             where s.resource = t.resource and s.stripe = t.stripe and t.quantity > 0 and t.altogether >= ?
            """;

    private static final String VERIFY = """
            with holds as (
                select resource, stripe,
                       coalesce(sum(quantity) filter (where state = 'H'), 0) as held,
                       coalesce(sum(confirmed) filter (where state = 'C'), 0) as confirmed
                  from patterns_escrow_hold group by resource, stripe
            )
            select coalesce(s.resource, h.resource) as resource, coalesce(s.stripe, h.stripe) as stripe,
                   case when s.resource is null then 'there are reservations of it, but no such resource'
                        else format('available %s, held %s, consumed %s, total %s; its reservations hold %s, and %s of them'
                             ' were confirmed, besides %s of deleted ones', s.available, s.held, s.consumed, s.total,
                             coalesce(h.held, 0), coalesce(h.confirmed, 0), s.archived) end as what
              from patterns_escrow_stock s full join holds h on h.resource = s.resource and h.stripe = s.stripe
             where s.resource is null or s.available < 0 or s.available + s.held + s.consumed <> s.total
                or s.held <> coalesce(h.held, 0) or s.consumed <> s.archived + coalesce(h.confirmed, 0)
             union all
            select l.resource, l.stripe,
                   case when f.reservation is null
                        then format('reservation %s has a line %s in state %s, and no line 0', l.reservation, l.line, l.state)
                        else format('reservation %s is in state %s by its line %s, and in state %s by its line 0',
                             l.reservation, l.state, l.line, f.state) end
              from patterns_escrow_hold l
              left join patterns_escrow_hold f on f.reservation = l.reservation and f.line = 0
             where l.line > 0 and f.state is distinct from l.state
             order by 1, 2
            """;

    private final JdbcTemplate jdbc;
    private final TransactionOperations transaction;

    /**
     * On the data source whose transactions it joins.
     *
     * @param transaction opens one where there is none
     */
    public JdbcEscrowResources(DataSource dataSource, TransactionOperations transaction) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.transaction = Objects.requireNonNull(transaction, "transaction");
    }

    @Override
    public Resource create(String name, long total, int stripes) {
        EscrowLimits.checkName(name);
        EscrowLimits.checkStripes(stripes);
        if (total < 0) {
            throw new IllegalArgumentException("total must be 0 at least, but is " + total);
        }
        Change created = change(name, () -> isCreated(name, total, stripes));
        if (!created.made()) {
            throw new ResourceExistsException(name);
        }
        return created.required(name);
    }

    private boolean isCreated(String name, long total, int stripes) {
        return Objects.requireNonNull(jdbc.queryForObject(CREATE, Integer.class, name, total, stripes)) > 0;
    }

    @Override
    public Resource topUp(String name, long quantity) {
        EscrowLimits.checkName(name);
        requirePositive(quantity);
        Change topped = change(name, () -> jdbc.update(TOP_UP, name, quantity) > 0);
        Resource resource = topped.required(name);
        if (topped.made()) {
            return resource;
        }
        if (resource.total() <= Long.MAX_VALUE - quantity) {
            throw new UnknownResourceException(name); // It has come since.
        }
        throw new IllegalArgumentException("'" + name + "' has " + resource.total() + " in total, and with " + quantity
                + " more it would have more than " + Long.MAX_VALUE);
    }

    @Override
    public Resource reduce(String name, long quantity) {
        EscrowLimits.checkName(name);
        requirePositive(quantity);
        Change reduced = change(name, () -> jdbc.update(REDUCE, name, quantity, quantity) > 0);
        Resource resource = reduced.required(name);
        if (!reduced.made()) {
            throw new InsufficientStockException(name, quantity, resource.available());
        }
        return resource;
    }

    /** What is refused has changed nothing, and is not thrown in here: that would doom the caller's transaction. */
    private Change change(String name, BooleanSupplier statement) {
        return Objects.requireNonNull(transaction.execute(status -> new Change(statement.getAsBoolean(), find(name))));
    }

    private record Change(boolean made, Optional<Resource> resource) {

        Resource required(String name) {
            return resource.orElseThrow(() -> new UnknownResourceException(name));
        }
    }

    private static void requirePositive(long quantity) {
        if (quantity < 1) {
            throw new IllegalArgumentException("quantity must be 1 at least, but is " + quantity);
        }
    }

    @Override
    public Optional<Resource> find(String name) {
        EscrowLimits.checkName(name);
        return jdbc.query(SELECT + " where resource = ? group by resource", RESOURCE, name).stream()
                .findFirst();
    }

    @Override
    public List<Resource> findAll() {
        return jdbc.query(SELECT + " group by resource order by resource", RESOURCE);
    }

    @Override
    public List<Resource> findAll(String prefix, @Nullable String after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be 1 at least, but is " + limit);
        }
        return jdbc.query(PAGE, RESOURCE, after == null ? "" : after, prefix, limit);
    }

    @Override
    public List<Discrepancy> verify() {
        return jdbc.query(
                VERIFY,
                (row, index) ->
                        new Discrepancy(row.getString("resource"), row.getInt("stripe"), row.getString("what")));
    }
}
