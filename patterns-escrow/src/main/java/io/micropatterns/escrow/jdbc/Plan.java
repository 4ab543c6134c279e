package io.micropatterns.escrow.jdbc;

/**
 * How the database plans a statement of the library's own transactions. Left to itself, it plans statements on arrays each time, for
 * arrays of different lengths look like different costs, and this takes longer than the execution of small ones; and it reads
 * all of a table of a million rows to find some thousands by their keys.
 */
enum Plan {
    /** As the database likes, which soon keeps that of a statement on a single key. */
    ITS_OWN(""),
    /** Made once for few rows, which it finds by keys; so it does not rest on how small the tables were when it was made. */
    KEPT(settings("force_generic_plan", false)),
    /** Made each time, for joins between many given rows as well. */
    RENEWED(settings("force_custom_plan", true)),
    /** Made each time, for many rows which it finds by keys. */
    BY_KEYS(settings("force_custom_plan", false));

    private static final int FEW = 64;

    private final String settings;

    Plan(String settings) {
        this.settings = settings;
    }

    private static String settings(String mode, boolean joinsOtherwise) {
        String joins = joinsOtherwise
                ? ""
                : ", set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";
        return ", set_config('plan_cache_mode', '" + mode + "', true), set_config('enable_seqscan', 'off', true)"
                + joins;
    }

    static Plan of(int rows) {
        return rows > FEW ? RENEWED : KEPT;
    }

    static Plan byKeys(int rows) {
        return rows > FEW ? BY_KEYS : KEPT;
    }

    /** Preceded by these and other settings, that end with its transaction, in the same round trip. */
    String before(String statement, String others) {
        return "select " + others + settings + "; " + statement;
    }
}
