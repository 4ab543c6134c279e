package io.micropatterns.test.junit;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * Tells Spring Boot where a test's database is.
 *
 * @param jdbcUrl the database's address
 * @param username the user's name
 * @param password the user's password
 */
record PostgresConnectionDetails(String jdbcUrl, String username, String password) implements JdbcConnectionDetails {

    @Override
    public String getJdbcUrl() {
        return jdbcUrl;
    }

    @Override
    public String getUsername() {
        return username;
    }

    @Override
    public String getPassword() {
        return password;
    }
}
