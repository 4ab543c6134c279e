package io.micropatterns.test.junit;

import io.micropatterns.test.postgres.PostgresServer;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class an empty database of its own on {@link PostgresServer#shared()}, and drops it afterwards. Nested
 * test classes use their outer class's database.
 *
 * <p>Methods and constructors may have parameters of type {@link javax.sql.DataSource} (unpooled, for that database)
 * and {@link PostgresServer} (the shared server).
 *
 * <p>In a Spring Boot test, {@code spring.datasource.*} leads to that database as well, in the way of a service
 * connection: the address and the credentials come from the test, all other properties stay in force. Because the
 * database belongs to one class, so does the application context, and it is closed after the class.
 */
@Target({ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(PostgresExtension.class)
public @interface PostgresTest {}
