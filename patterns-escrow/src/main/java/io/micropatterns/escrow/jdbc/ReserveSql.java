package io.micropatterns.escrow.jdbc;

/**
 * The statements that reserve. Each is complete in itself: it decides under locks, so it is right also when each is its own
 * transaction at READ COMMITTED. Locks are taken on lines of reservations first, by reservation, then on stock, by resource and stripe.
 *
 * <p>An update first makes a row of the statement's own snapshot, which may be old, and checks constraints on that before it finds
 * that there is a newer one. So each column of stock is set to what was locked, changed; or its condition is one that lets no row
 * pass, old or new, which the change would take below zero.
 */
final class ReserveSql {

    /**
     * Reserves of each resource all that is asked of it, or nothing, for reservations that are all new. Parameters: arrays of the
     * resources, how much of each, and from which to which of the reservations, from 1; this instance's number; and arrays of
     * the reservations, their quantities and their times in ms. Gives the resources that had enough.
     *
     * <p>Rows are updated in the order of {@code wanted} or of the index on resources, which is the same, and that of all other locks.
     */
    static final String RESERVE = reserve("", "");

    /** The same, with one more array: the reservations' requests. A repeated one is an error. */
    static final String RESERVE_BY_REQUESTS = reserve(", request", ", (?)[i]");

    private static String reserve(String column, String value) {
        return """
            with wanted as materialized (
                select * from unnest(?, ?, ?, ?) with ordinality as w (resource, quantity, first, last, place)
                 order by resource
            ), moved as (
                update patterns_escrow_stock s
                   set available = s.available - w.quantity, held = s.held + w.quantity
                  from wanted w
                 where s.resource = w.resource and s.stripe = mod(?, s.stripes) and s.available >= w.quantity
                returning s.resource, s.stripe, w.first, w.last, w.place, clock_timestamp() as now
            ), held as (
                insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at%s)
                select (?)[i], 0, m.resource, m.stripe, (?)[i], m.now + (?)[i] * interval '1 millisecond'%s
                  from moved m cross join lateral generate_series(m.first, m.last) i
            )
            select place, now from moved
            """.formatted(column, value);
    }

    /**
     * Moves so much of one resource. It waits for one lock alone, and before it does, it sets how long: settings in a statement before
     * it would cost as much as a few reservations. Parameters: twice how much, twice the time (null: as it is), the resource, this
     * instance's number, and how much again.
     */
    private static final String MOVE_ONE = """
            with moved as (
                update patterns_escrow_stock
                   set available = available - ?, held = held + ?
                 where (select case when ?::text is null then '' else set_config('lock_timeout', ?, true) end) is not null
                   and resource = ? and stripe = mod(?, stripes) and available >= ?
                returning resource, stripe, clock_timestamp() as now
            )
            """;

    /**
     * The same of a single resource, for reservations that all have the same time. Parameters: as of the move, arrays of the
     * reservations and their quantities, and the time in ms.
     */
    static final String RESERVE_OF_ONE = reserveOfOne("", "");

    /** The same, with one more array: the reservations' requests. A repeated one is an error. */
    static final String RESERVE_OF_ONE_BY_REQUESTS = reserveOfOne(", request", ", unnest(?) as request");

    private static String reserveOfOne(String column, String value) {
        return MOVE_ONE + """
            , held as (
                insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at%1$s)
                select a.reservation, 0, m.resource, m.stripe, a.quantity, m.now + a.ttl * interval '1 millisecond'%1$s
                  from moved m cross join (select unnest(?) as reservation, unnest(?) as quantity, ? as ttl%2$s) a
            )
            select 1 as place, now from moved
            """.formatted(column, value);
    }

    /**
     * A single reservation of a single resource, that is new; a repeated one is an error. Parameters: as of the move; the reservation,
     * how much, its time in ms, and its request. Gives nothing when there is too little.
     */
    static final String RESERVE_SINGLE = MOVE_ONE + """
            insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at, request)
            select ?, 0, resource, stripe, ?, now + ? * interval '1 millisecond', ? from moved
            returning expires_at
            """;

    /** What {@code granted} has of what is {@code locked} becomes held. */
    private static final String MOVE_GRANTED = """
            ), moved as (
                update patterns_escrow_stock s
                   set available = l.available - g.quantity, held = l.held + g.quantity,
                       consumed = l.consumed, total = l.total
                  from granted g join locked l using (resource, stripe)
                 where s.resource = l.resource and s.stripe = l.stripe
            )
            """;

    private static final String RESERVE_NEW = """
            with asked as materialized (
                select * from unnest(?, ?, ?, ?, ?) as a (reservation, resource, quantity, ttl, request)
            ), wanted as materialized (
                select resource, sum(quantity)::bigint as quantity, min(quantity) as smallest from asked group by resource
            ), locked as materialized (
                select s.resource, s.stripe, s.total, s.available, s.held, s.consumed, s.available >= w.quantity as fits
                  from wanted w join patterns_escrow_stock s using (resource)
                 where s.stripe = mod(?, s.stripes) and s.available >= w.smallest
                 order by s.resource
                   for update of s
            ), clock as materialized (
                select clock_timestamp() as now from (select count(*) from locked) l
            ), held as (
                insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at, request)
                select a.reservation, 0, a.resource, l.stripe, a.quantity,
                       c.now + a.ttl * interval '1 millisecond', a.request
                  from asked a join locked l using (resource) cross join clock c
                 where l.fits
                on conflict do nothing
                returning reservation, resource, stripe, quantity
            ), granted as materialized (
                select resource, stripe, sum(quantity)::bigint as quantity, count(*)::int as reservations
                  from held group by resource, stripe
            """ + MOVE_GRANTED + """
            select w.resource, s.stripes, coalesce(l.available, s.available) as available, coalesce(l.fits, false) as fits,
                   coalesce(g.quantity, 0) as granted, coalesce(g.reservations, 0) as reservations, c.now
            """;

    private static final String OF_WANTED = """
              from wanted w cross join clock c
              left join locked l using (resource)
              left join granted g using (resource)
              left join patterns_escrow_stock s on s.resource = w.resource and s.stripe = mod(?, s.stripes)
            """;

    /**
     * Reserves of each resource all that is asked of it, or nothing; a request or reservation that is known already is left
     * out. Parameters: arrays of reservations, resources, quantities, times in ms and requests, and twice this instance's number.
     */
    static final String RESERVE_UNLESS_KNOWN = RESERVE_NEW + OF_WANTED;

    /** The same, and gives the reservations that were made of each resource. */
    static final String RESERVE_UNLESS_KNOWN_AND_TELL = RESERVE_NEW + ", m.made" + OF_WANTED + """
              left join (select resource, array_agg(reservation) as made from held group by resource) m
                on m.resource = w.resource
            """;

    /**
     * Reserves several resources for one reservation, or nothing. Parameters: arrays of resources and quantities, this instance's
     * number, the reservation, the time in ms, the request, the reservation again and the time, and this instance's number.
     */
    static final String RESERVE_TOGETHER = """
            with asked as materialized (
                select * from unnest(?, ?) with ordinality as a (resource, quantity, place)
            ), locked as materialized (
                select s.resource, s.stripe, s.total, s.available, s.held, s.consumed
                  from asked a join patterns_escrow_stock s using (resource)
                 where s.stripe = mod(?, s.stripes)
                 order by s.resource
                   for update of s
            ), clock as materialized (
                select clock_timestamp() as now, enough as fits
                  from (select count(*) = (select count(*) from asked) as enough
                          from asked a join locked l using (resource)
                         where l.available >= a.quantity) f
            ), head as (
                insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at, request)
                select ?, 0, a.resource, l.stripe, a.quantity, c.now + ? * interval '1 millisecond', ?
                  from asked a join locked l using (resource) cross join clock c
                 where c.fits and a.place = 1
                on conflict do nothing
                returning resource, stripe, quantity
            ), rest as (
                insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at)
                select ?, a.place - 1, a.resource, l.stripe, a.quantity, c.now + ? * interval '1 millisecond'
                  from asked a join locked l using (resource) cross join clock c
                 where a.place > 1 and exists (select from head)
                returning resource, stripe, quantity
            ), granted as materialized (
                select * from head union all select * from rest
            """ + MOVE_GRANTED + """
            select a.resource, s.stripes, coalesce(l.available, s.available) as available, c.fits,
                   coalesce(g.quantity, 0) as granted, (g.resource is not null)::int as reservations, c.now
              from asked a cross join clock c
              left join locked l using (resource)
              left join granted g using (resource)
              left join patterns_escrow_stock s on s.resource = a.resource and s.stripe = mod(?, s.stripes)
            """;

    /**
     * Brings to one stripe of a resource what it lacks for those quantities that the resource has, each by itself, as far as the
     * other stripes have it. Parameters: the resource, this instance's number, and an array of the quantities. Gives what is available
     * in all stripes, and how much was brought.
     */
    static final String GATHER = """
            with locked as materialized (
                select resource, stripe, stripes, total, available, held, consumed
                  from patterns_escrow_stock where resource = ?
                 order by stripe
                   for update
            ), own as materialized (
                select o.stripe, o.available, a.altogether
                  from locked o cross join (select sum(available) as altogether from locked) a
                 where o.stripe = mod(?, o.stripes)
            ), wanted as materialized (
                select coalesce(sum(q), 0) as quantity from unnest(?::bigint[]) q cross join own o where q <= o.altogether
            ), taken as materialized (
                select l.stripe,
                       least(l.available, greatest(0, w.quantity - o.available - (
                           sum(l.available) over (order by l.available desc, l.stripe) - l.available)))::bigint as quantity
                  from locked l cross join own o cross join wanted w
                 where l.stripe <> o.stripe
            ), change as materialized (
                select stripe, -quantity as quantity from taken
                union all
                select o.stripe, (select sum(quantity)::bigint from taken) from own o
            ), changed as (
                update patterns_escrow_stock s
                   set available = l.available + c.quantity, total = l.total + c.quantity,
                       held = l.held, consumed = l.consumed
                  from change c join locked l using (stripe)
                 where c.quantity <> 0 and s.resource = l.resource and s.stripe = l.stripe
            )
            select coalesce((select altogether from own), 0)::bigint as available,
                   coalesce((select sum(quantity) from taken), 0)::bigint as brought
            """;

    private ReserveSql() {}
}
