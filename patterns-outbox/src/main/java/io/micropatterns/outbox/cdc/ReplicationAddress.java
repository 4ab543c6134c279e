package io.micropatterns.outbox.cdc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where to open a replication connection: straight to the primary, for poolers do not pass the protocol on.
 *
 * @param url a JDBC URL of PgJDBC's, whose parameters (TLS, say) hold for the replication connection too
 * @param username a role with REPLICATION, or {@code null} for the URL's or the driver's default
 * @param password its password, or {@code null} for none
 */
public record ReplicationAddress(
        String url, @Nullable String username, @Nullable String password) {

    public ReplicationAddress {
        Objects.requireNonNull(url, "url");
    }

    /** Without the password. */
    @Override
    public String toString() {
        return url + " as " + username;
    }
}
