package io.micropatterns.core.cursor;

import org.jspecify.annotations.Nullable;

/** The statements of a follower. Each ordering matches an index, so that no plan has to sort or scan the table. */
final class FollowerSql {

    // As sub-selects, so that a prepared statement gets a generic plan: planning anew costs more than running it.
    private static final String SINCE_XMAX = "xid >= (select ?::xid8)";
    private static final String IN_PROGRESS = "xid = any((select ?::xid8[])::xid8[])";

    private final String table;
    private final String columns;
    private final String where;
    private final @Nullable String size;

    FollowerSql(String table, String columns, @Nullable String filter, @Nullable String size) {
        this.table = table;
        this.columns = columns;
        this.size = size;
        this.where = filter == null ? " where " : " where " + filter + " and ";
    }

    /** Rows not visible in the remembered snapshot, with the statement's own snapshot in each result row. */
    String nextSlice(boolean hadTransactionsInProgress) {
        String selected = columns + ", position as follower_position, xid as follower_xid";
        String rows = "(" + sinceXmax(selected) + " limit ?)";
        if (hadTransactionsInProgress) {
            rows += " union all (select " + selected + " from " + table + where + IN_PROGRESS
                    + " order by xid, position limit ?)";
        }
        return "select s.follower_snapshot, o.* from (select pg_current_snapshot()::text as follower_snapshot) s"
                + " left join (" + withinSize(rows) + ") o on true order by o.follower_position";
    }

    /** Of rows those up to the one by which their sizes reach a bound, each with the sum so far; all without a size. */
    private String withinSize(String rows) {
        if (size == null) {
            return rows;
        }
        return "select * from (select r.*, sum(" + size + ") over (order by follower_position rows unbounded preceding)"
                + " as follower_size from (" + rows + ") r) b where follower_size - " + size + " < ?";
    }

    /** A slice's last new transaction and first position. The fences keep the planner on the index by transaction id. */
    String firstOfSlice(boolean hadTransactionsInProgress) {
        String rows = "(" + sinceXmax("position, xid") + " offset 0)";
        if (hadTransactionsInProgress) {
            // One by one, for of an array's length the planner knows nothing. The table may have a column of any name.
            rows += " union all (select late.position, late.xid from unnest(?::xid8[]) follower_late(follower_xid)"
                    + " cross join lateral (select position, xid from " + table + where
                    + "xid = follower_late.follower_xid offset 0) late)";
        }
        return "select (select last.xid::text::bigint from " + table + " last" + where + SINCE_XMAX
                + " and pg_visible_in_snapshot(xid, ?::pg_snapshot) order by last.xid desc limit 1), min(position) from ("
                + rows + ") o where pg_visible_in_snapshot(xid, ?::pg_snapshot)";
    }

    /** A page of a slice, by position. */
    String pageOfSlice() {
        return withinSize("select " + columns + ", position as follower_position from " + table + where
                        + "position > ? and pg_visible_in_snapshot(xid, ?::pg_snapshot)"
                        + " and not pg_visible_in_snapshot(xid, ?::pg_snapshot) order by position limit ?")
                + (size == null ? "" : " order by follower_position");
    }

    /** The current snapshot, and the highest position and transaction whose row it sees. */
    String end() {
        return "select pg_current_snapshot()::text, max(position), (select last.xid::text::bigint from " + table
                + " last" + where + "true order by last.xid desc limit 1) from " + table + where + "true";
    }

    String lock() {
        return "lock table " + table + " in share row exclusive mode";
    }

    /** Moves read rows into the past and unread ones into the rebasing transaction, where the new cursor needs it. */
    String rebase() {
        String read = "(position <= ? and (pg_visible_in_snapshot(xid, ?::pg_snapshot)"
                + " or (position <= ? and pg_visible_in_snapshot(xid, ?::pg_snapshot))))";
        return "update " + table + " t set xid = case when r.read then '3'::xid8 else pg_current_xact_id() end"
                + " from (select position as p, " + read + " as read from " + table
                + (where.length() > 7 ? where.substring(0, where.length() - 5) : "") + ") r"
                + where + "t.position = r.p and (not r.read or not pg_visible_in_snapshot(t.xid, ?::pg_snapshot))";
    }

    private String sinceXmax(String what) {
        return "select " + what + " from " + table + where + SINCE_XMAX + " order by xid, position";
    }
}
