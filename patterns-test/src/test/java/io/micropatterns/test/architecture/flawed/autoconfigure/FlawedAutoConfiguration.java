package io.micropatterns.test.architecture.flawed.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;

@AutoConfiguration
class FlawedAutoConfiguration {

    @Bean
    public String bean() {
        return "";
    }

    @ConfigurationProperties("flawed")
    static class Properties {}
}
