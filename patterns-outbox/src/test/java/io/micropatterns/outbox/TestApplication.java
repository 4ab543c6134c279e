package io.micropatterns.outbox;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application of this module's integration tests. */
@SpringBootApplication
public class TestApplication {}
