package io.micropatterns.escrow.jdbc;

/**
 * The statements that end, extend and forget reservations. Each is complete in itself: it decides under locks, so it is right also
 * when each is its own transaction at READ COMMITTED. Locks are taken on lines of reservations first, by reservation, then on stock, by resource and stripe.
 *
 * <p>Whether a time is over is decided once for all lines, by a clock that is read when they have been locked: what has waited for
 * them too long is late, and what was in time stays so however long it then waits for stock. For stock, see {@link ReserveSql}.
 */
final class EndSql {

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
    static final String SETTLE = settle(
            "select * from unnest(?, ?, ?) as a (reservation, confirms, part)",
            // Says again what the join says: else a plan made of a small table reads all of it for ever.
            "and h.reservation = any (array(select reservation from asked))");

    /** The same of a single one, which a fresh table is not read for either. Parameters: the same, without arrays. */
    static final String SETTLE_SINGLE =
            settle("select ?::uuid as reservation, ?::boolean as confirms, ?::text as part", "");

    private static String settle(String asked, String byKeys) {
        return """
            with asked as materialized (
                %s
            ), target as materialized (
                select h.reservation, h.line, h.resource, h.stripe, h.quantity, h.expires_at, h.request, a.confirms,
                       case when not a.confirms then 0
                            when a.part is null then h.quantity
                            else coalesce((a.part::jsonb ->> h.resource)::bigint, 0) end as taken,
                       a.part
                  from asked a join patterns_escrow_hold h using (reservation)
                 where h.state = 'H' %s
                 order by h.reservation, h.line
                   for update of h
            ), clock as materialized (
                select clock_timestamp() as now from (select count(*) from target) l
            ), ending as materialized (
                select t.* from target t cross join clock c
                 where (not t.confirms or t.expires_at > c.now) and (t.part is null or (
                     not exists (
                         select from target x
                          where x.reservation = t.reservation and (x.taken > x.quantity or x.taken < 0))
                     and not exists (
                         select from jsonb_object_keys(t.part::jsonb) k
                          where not exists (
                              select from target x where x.reservation = t.reservation and x.resource = k))))
            ), ended as (
                update patterns_escrow_hold h
                   set state = case when e.confirms then 'C' else 'R' end::"char", confirmed = e.taken
                  from ending e
                 where h.reservation = e.reservation and h.line = e.line
            """.formatted(asked, byKeys) + MOVE_STOCK + """
            select reservation, resource, quantity, taken as confirmed,
                   case when confirms then 'C' else 'R' end as state, expires_at, request
              from ending
             order by reservation, line
            """;
    }

    /** The oldest of which the time is over. Parameters: from which time on, and the most. */
    private static final String OF_THE_OLDEST = """
                 from patterns_escrow_hold
                 where state = 'H' and line = 0 and expires_at >= ? and expires_at <= (select clock_timestamp())
                 order by expires_at
                 limit ?
            """;

    private static final String THE_OLDEST = """
            with due as materialized (
                select reservation, expires_at
            """ + OF_THE_OLDEST + """
                   for update skip locked
            )
            """;

    /** Those of the given reservations of which the time is over. Parameter: an array of them. */
    private static final String THESE = """
            with due as materialized (
                select reservation, expires_at from patterns_escrow_hold
                 where reservation = any (?) and state = 'H' and line = 0 and expires_at <= (select clock_timestamp())
                   for update skip locked
            )
            """;

    private static final String END_DUE = """
            , ending as (
                update patterns_escrow_hold h
                   set state = 'E'
                  from due
                 where h.reservation = due.reservation and h.state = 'H'
            """;

    private static final String AND_COUNT = END_DUE + """
                returning h.resource, h.stripe, h.quantity, 0 as taken
            """ + MOVE_STOCK + """
            select count(*), max(expires_at) from due
            """;

    private static final String AND_TELL = END_DUE + """
                returning h.*, 0 as taken
            """ + MOVE_STOCK + """
            select reservation, resource, quantity, confirmed, state, expires_at, request
              from ending
             order by reservation, line
            """;

    /** Ends the oldest reservations whose time is over. Gives how many there were, and the latest of their times. */
    static final String EXPIRE = THE_OLDEST + AND_COUNT;

    /** The same, but gives the ended lines. */
    static final String EXPIRE_AND_TELL = THE_OLDEST + AND_TELL;

    /** Ends given reservations whose time is over. Gives as the one that ends the oldest. */
    static final String EXPIRE_THESE = THESE + AND_COUNT;

    /** The same, but gives the ended lines. */
    static final String EXPIRE_THESE_AND_TELL = THESE + AND_TELL;

    /** Only tells what would be ended, of which resource; of several, which of them stands for the reservation. */
    static final String DUE = "select reservation, resource, expires_at" + OF_THE_OLDEST;

    /** Takes the request from a reservation that has ended and was not confirmed. Parameter: the reservation. Gives its line. */
    static final String FORGET_REQUEST = """
            update patterns_escrow_hold set request = null
             where reservation = ? and line = 0 and state in ('R', 'E')
            returning line
            """;

    /**
     * Deletes reservations that have ended. Their ids grow with time, so the oldest are found by the primary key. Parameters: twice
     * how long they are kept in ms, and the most. Gives how many there were.
     */
    static final String PURGE = """
            with gone as materialized (
                select reservation from patterns_escrow_hold
                 where line = 0 and state <> 'H'
                   and reservation < (
                       select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint - ?), 12, '0')
                               || repeat('0', 20))::uuid)
                   and expires_at < (select clock_timestamp() - ? * interval '1 millisecond')
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
                select reservation, line, expires_at from patterns_escrow_hold
                 where reservation = ? and state = 'H'
                 order by line
                   for update
            ), clock as materialized (
                select clock_timestamp() as now from (select count(*) from target) l
            )
            update patterns_escrow_hold h
               set expires_at = c.now + ? * interval '1 millisecond'
              from target t cross join clock c
             where t.expires_at > c.now and h.reservation = t.reservation and h.line = t.line
            returning h.line
            """;

    private EndSql() {}
}
