package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.cdc.SlotUnavailableException;
import io.micropatterns.outbox.cdc.SlotUnavailableException.Problem;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Whether a publication has the outbox's rows, all of them and as one table's. */
final class PublicationCheck {

    /** The publication's state, which changes with each alteration of it; nothing when it does not have the rows. */
    static final String STATE = "select p.oid || '.' || p.xmin || '.' || r.oid || '.' || r.xmin from pg_publication p"
            + " join pg_publication_rel r on r.prpubid = p.oid and r.prrelid = 'patterns_outbox'::regclass"
            + " where p.pubname = ? and p.pubinsert and p.pubviaroot"
            + " and to_jsonb(r) ->> 'prqual' is null and to_jsonb(r) ->> 'prattrs' is null";

    private final JdbcTemplate jdbc;
    private final String name;
    private final boolean create;

    PublicationCheck(JdbcTemplate jdbc, String name, boolean create) {
        this.jdbc = jdbc;
        this.name = name;
        this.create = create;
    }

    /**
     * Its state, once it has been created if it was missing.
     *
     * @throws SlotUnavailableException when it does not have the rows, or cannot be created
     */
    String require() {
        String state = state();
        if (state == null && create && !exists()) {
            create();
            state = state();
        }
        if (state == null) {
            String what = exists()
                    ? "does not have all rows inserted into patterns_outbox: it was altered, or made for something else."
                            + " Drop it, and it will be created anew; or choose another name by"
                            + " patterns.outbox.cdc.publication"
                    : "does not exist, and patterns.outbox.cdc.create is false. Create it: " + statement();
            throw new SlotUnavailableException(Problem.PUBLICATION, "The publication '" + name + "' " + what, null);
        }
        return state;
    }

    private @Nullable String state() {
        return jdbc.query(STATE, (row, index) -> row.getString(1), name).stream()
                .findFirst()
                .orElse(null);
    }

    private boolean exists() {
        return !jdbc.queryForList("select 1 from pg_publication where pubname = ?", name)
                .isEmpty();
    }

    private void create() {
        try {
            jdbc.execute(statement());
        } catch (DataAccessException e) {
            throw new SlotUnavailableException(
                    Problem.PERMISSION,
                    "The publication '" + name + "' cannot be created: "
                            + NestedExceptionUtils.getMostSpecificCause(e).getMessage()
                            + ". It takes CREATE on the database and the ownership of patterns_outbox; or have it created: "
                            + statement(),
                    e);
        }
    }

    /** The statement that creates it. */
    String statement() {
        return "create publication \"" + name.replace("\"", "\"\"")
                + "\" for table patterns_outbox with (publish = 'insert', publish_via_partition_root = true)";
    }
}
