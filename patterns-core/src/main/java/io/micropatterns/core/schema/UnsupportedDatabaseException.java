package io.micropatterns.core.schema;

import java.sql.DatabaseMetaData;
import java.sql.SQLException;

/** The data source is not PostgreSQL, or too old a version of it. */
public final class UnsupportedDatabaseException extends RuntimeException {

    /** The oldest major version of PostgreSQL that the patterns work on: {@value}. */
    public static final int OLDEST_VERSION = 14;

    private static final long serialVersionUID = 1L;

    private final String product;
    private final String version;

    /** For a database of this product and version. */
    public UnsupportedDatabaseException(String product, String version) {
        super("Micropatterns needs PostgreSQL " + OLDEST_VERSION + " or newer, but the data source is " + product + " "
                + version);
        this.product = product;
        this.version = version;
    }

    /** What the data source is, by its driver. */
    public String product() {
        return product;
    }

    /** The version of it. */
    public String version() {
        return version;
    }

    static void check(DatabaseMetaData database) throws SQLException {
        String product = database.getDatabaseProductName();
        if (!product.equals("PostgreSQL") || database.getDatabaseMajorVersion() < OLDEST_VERSION) {
            throw new UnsupportedDatabaseException(product, database.getDatabaseProductVersion());
        }
    }
}
