package io.micropatterns.test.junit;

import io.micropatterns.test.kafka.KafkaServer;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class Kafka: {@link KafkaServer#shared()}. Topics and groups are not isolated, so each test class uses
 * names of its own.
 *
 * <p>Methods and constructors may have parameters of type {@link KafkaServer}.
 *
 * <p>In a Spring Boot test, {@code spring.kafka.bootstrap-servers} leads to that cluster as well, in the way of a
 * service connection: the addresses come from the test, all other properties stay in force.
 */
@Target({ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(KafkaExtension.class)
public @interface KafkaTest {}
