package io.micropatterns.test.architecture.flawed;

import io.micropatterns.test.architecture.flawed.jdbc.Store;
import java.time.Instant;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.context.annotation.ComponentScan;

@ComponentScan
public class Face {

    static Instant started = Instant.now();

    @Autowired
    Store store;

    @DurationUnit(java.time.temporal.ChronoUnit.DAYS)
    long days;

    void report() {
        System.out.println(System.currentTimeMillis());
    }
}
