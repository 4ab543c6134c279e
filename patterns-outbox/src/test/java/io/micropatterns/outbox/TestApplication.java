package io.micropatterns.outbox;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** The application of this module's integration tests; without a scan, which would find the auto-configurations. */
@SpringBootConfiguration
@EnableAutoConfiguration
public class TestApplication {}
