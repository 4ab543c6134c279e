package io.micropatterns.example.quickstart;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says where everything is once the storefront is ready. */
@Component
class StartupReport {

    private static final Logger log = LoggerFactory.getLogger(StartupReport.class);

    private final JdbcConnectionDetails database;
    private final KafkaConnectionDetails broker;
    private volatile int port;

    StartupReport(JdbcConnectionDetails database, KafkaConnectionDetails broker) {
        this.database = database;
        this.broker = broker;
    }

    @EventListener
    void on(WebServerInitializedEvent event) {
        // The management server, where it has a port of its own, sends this event too.
        if (!"management".equals(event.getApplicationContext().getServerNamespace())) {
            port = event.getWebServer().getPort();
        }
    }

    @EventListener
    void on(ApplicationReadyEvent event) {
        List.of(
                        "The storefront is ready.",
                        "  Page      http://localhost:" + port + "/",
                        "  Kafka     " + String.join(",", broker.getBootstrapServers()) + "  (topic: orders)",
                        "  Database  " + withoutQuery(database.getJdbcUrl()))
                .forEach(log::info);
    }

    // A password may travel in the URL's query.
    private static String withoutQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
