package io.micropatterns.escrow.jdbc;

/**
 * The statements. Each is complete in itself: it decides under locks, so it is right also when each is its own transaction at READ
 * COMMITTED. Locks are taken on lines of reservations first, by reservation, then on stock, by resource and stripe.
 *
 * <p>An update first makes a row of the statement's own snapshot, which may be old, and checks constraints on that before it finds
 * that there is a newer one. So each column of stock is set to what was locked, changed; or its condition is one that lets no row
 * pass, old or new, which the change would take below zero.
 */
final class Sql {

    /**
     * Reserves of each resource all that is asked of it, or nothing, for reservations that are all new. Parameters: arrays of the
     * resources, how much of each, and from which to which of the reservations, from 1; this instance's number; and arrays of
     * the reservations, their quantities and their times in ms. Gives the resources that had enough.
     *
     * <p>Rows are updated in the order of {@code wanted} or of the index on resources, which is the same, and that of all other locks.
     */
    static final String RESERVE = """
            with wanted as materialized (
                select * from unnest(?, ?, ?, ?) with ordinality as w (resource, quantity, first, last, place)
                 order by resource
            ), moved as (
                update patterns_escrow_stock s
                   set available = s.available - w.quantity, held = s.held + w.quantity
                  from wanted w
                 where s.resource = w.resource and s.stripe = mod(?, s.stripes) and s.available >= w.quantity
                returning s.resource, s.stripe, s.stripes, s.available, w.first, w.last, w.place, clock_timestamp() as now
            ), held as (
                insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at)
                select (?)[i], 0, m.resource, m.stripe, (?)[i], m.now + (?)[i] * interval '1 millisecond'
                  from moved m cross join lateral generate_series(m.first, m.last) i
            )
            select place, stripes, available, now from moved
            """;

    /**
     * The same of a single resource. Parameters: twice how much of it, its name, this instance's number, how much again; arrays of
     * the reservations, their quantities and their times in ms.
     */
    static final String RESERVE_ONE = """
            with moved as (
                update patterns_escrow_stock
                   set available = available - ?, held = held + ?
                 where resource = ? and stripe = mod(?, stripes) and available >= ?
                returning resource, stripe, stripes, available, clock_timestamp() as now
            ), held as (
                insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at)
                select a.reservation, 0, m.resource, m.stripe, a.quantity, m.now + a.ttl * interval '1 millisecond'
                  from moved m cross join unnest(?, ?, ?) as a (reservation, quantity, ttl)
            )
            select 1 as place, stripes, available, now from moved
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
                select clock_timestamp() as now,
                       not exists (
                           select from asked a left join locked l using (resource)
                            where l.available is null or l.available < a.quantity) as fits
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
     * Brings to one stripe of a resource what it lacks for a quantity, as far as the others have it. Parameters: the resource, this
     * instance's number, and the quantity. Gives what is available in all stripes.
     */
    static final String GATHER = """
            with locked as materialized (
                select resource, stripe, stripes, total, available, held, consumed
                  from patterns_escrow_stock where resource = ?
                 order by stripe
                   for update
            ), own as materialized (
                select stripe, available from locked where stripe = mod(?, stripes)
            ), taken as materialized (
                select l.stripe,
                       least(l.available, greatest(0, ? - o.available - (
                           sum(l.available) over (order by l.available desc, l.stripe) - l.available)))::bigint as quantity
                  from locked l cross join own o
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
            select coalesce(sum(available), 0)::bigint from locked
            """;

    /** What all that end reservations do with the lines that {@code ending} has: resource, stripe, quantity, taken. */
    private static final String MOVE_STOCK = """
            ), sums as materialized (
                select resource, stripe, sum(quantity)::bigint as quantity, sum(taken)::bigint as taken
                  from ending group by resource, stripe
            ), locked as materialized (
                select s.resource, s.stripe, s.total, s.available, s.held, s.consumed, m.quantity, m.taken
                  from sums m join patterns_escrow_stock s using (resource, stripe)
                 order by s.resource, s.stripe
                   for update of s
            ), moved as (
                update patterns_escrow_stock s
                   set held = l.held - l.quantity,
                       consumed = l.consumed + l.taken,
                       available = l.available + l.quantity - l.taken,
                       total = l.total
                  from locked l
                 where s.resource = l.resource and s.stripe = l.stripe
            )
            """;

    /**
     * Ends those of the reservations that are held, in time if they are to be confirmed, and hold what is to be confirmed. Parameters:
     * arrays of reservations, of whether they are confirmed, and of the parts in JSON. Gives the ended lines.
     */
    static final String SETTLE = """
            with asked as materialized (
                select * from unnest(?, ?, ?) as a (reservation, confirms, part)
            ), target as materialized (
                select h.reservation, h.line, h.resource, h.stripe, h.quantity, h.expires_at, h.request, a.confirms,
                       case when not a.confirms then 0
                            when a.part is null then h.quantity
                            else coalesce((a.part::jsonb ->> h.resource)::bigint, 0) end as taken,
                       a.part
                  from asked a join patterns_escrow_hold h using (reservation)
                 where h.state = 'H' and (not a.confirms or h.expires_at > clock_timestamp())
                 order by h.reservation, h.line
                   for update of h
            ), ending as materialized (
                select * from target t
                 where t.part is null or (
                     not exists (
                         select from target x
                          where x.reservation = t.reservation and (x.taken > x.quantity or x.taken < 0))
                     and not exists (
                         select from jsonb_object_keys(t.part::jsonb) k
                          where not exists (
                              select from target x where x.reservation = t.reservation and x.resource = k)))
            ), ended as (
                update patterns_escrow_hold h
                   set state = case when e.confirms then 'C' else 'R' end::"char", confirmed = e.taken
                  from ending e
                 where h.reservation = e.reservation and h.line = e.line
            """ + MOVE_STOCK + """
            select reservation, resource, quantity, taken as confirmed,
                   case when confirms then 'C' else 'R' end as state, expires_at, request
              from ending
             order by reservation, line
            """;

    private static final String END_DUE = """
            with due as materialized (
                select reservation from patterns_escrow_hold
                 where state = 'H' and line = 0 and expires_at <= clock_timestamp()
                 order by expires_at
                 limit ?
                   for update skip locked
            ), ending as (
                update patterns_escrow_hold h
                   set state = 'E'
                  from due
                 where h.reservation = due.reservation and h.state = 'H'
            """;

    /** Ends reservations whose time is over. Parameter: the most. Gives how many there were. */
    static final String EXPIRE = END_DUE + """
                returning h.resource, h.stripe, h.quantity, 0 as taken
            """ + MOVE_STOCK + """
            select count(*) from due
            """;

    /** The same, but gives the ended lines. */
    static final String EXPIRE_AND_TELL = END_DUE + """
                returning h.*, 0 as taken
            """ + MOVE_STOCK + """
            select reservation, resource, quantity, confirmed, state, expires_at, request
              from ending
             order by reservation, line
            """;

    /**
     * Deletes reservations that have ended. Their ids grow with time, so the oldest are found by the primary key. Parameters: twice
     * how long they are kept in ms, and the most. Gives how many there were.
     */
    static final String PURGE = """
            with gone as materialized (
                select reservation from patterns_escrow_hold
                 where line = 0 and state <> 'H'
                   and reservation < (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint - ?), 12, '0')
                                      || repeat('0', 20))::uuid
                   and expires_at < clock_timestamp() - ? * interval '1 millisecond'
                 order by reservation
                 limit ?
                   for update skip locked
            ), deleted as (
                delete from patterns_escrow_hold h using gone g
                 where h.reservation = g.reservation
                returning h.resource, h.stripe, h.confirmed
            ), sums as materialized (
                select resource, stripe, sum(confirmed)::bigint as confirmed
                  from deleted group by resource, stripe having sum(confirmed) > 0
            ), locked as materialized (
                select s.resource, s.stripe, s.total, s.available, s.held, s.consumed, s.archived, m.confirmed
                  from sums m join patterns_escrow_stock s using (resource, stripe)
                 order by s.resource, s.stripe
                   for update of s
            ), moved as (
                update patterns_escrow_stock s
                   set archived = l.archived + l.confirmed,
                       consumed = l.consumed, held = l.held, available = l.available, total = l.total
                  from locked l
                 where s.resource = l.resource and s.stripe = l.stripe
            )
            select count(*) from gone
            """;

    /** Parameters: the reservation and the time in ms. Gives the lines that have been extended. */
    static final String EXTEND = """
            with target as materialized (
                select reservation, line from patterns_escrow_hold
                 where reservation = ? and state = 'H' and expires_at > clock_timestamp()
                 order by line
                   for update
            ), clock as materialized (
                select clock_timestamp() as now
            )
            update patterns_escrow_hold h
               set expires_at = c.now + ? * interval '1 millisecond'
              from target t cross join clock c
             where h.reservation = t.reservation and h.line = t.line
            """;

    private static final String LINES = "select reservation, resource, quantity, confirmed, state, expires_at, request,"
            + " expires_at <= clock_timestamp() as due from patterns_escrow_hold where ";

    /** Parameter: an array of reservations. */
    static final String FIND = LINES + "reservation = any (?) order by reservation, line";

    /** Parameter: an array of requests. */
    static final String FIND_BY_REQUEST = LINES
            + "reservation in (select reservation from patterns_escrow_hold where request = any (?) and line = 0)"
            + " order by reservation, line";

    private Sql() {}
}
