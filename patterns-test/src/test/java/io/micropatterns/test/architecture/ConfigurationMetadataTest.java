package io.micropatterns.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;

class ConfigurationMetadataTest {

    @Test
    void describedPropertiesPass() {
        ConfigurationMetadata metadata = ConfigurationMetadata.of("example.described");

        assertThat(metadata.names()).containsExactly("example.described.poll-interval");
        assertThatCode(() -> metadata.check(1)).doesNotThrowAnyException();
    }

    @Test
    void namesThePropertyWithoutADescription() {
        assertThatThrownBy(() -> ConfigurationMetadata.of("example.bare").check(1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("example.bare.poll-interval has no description");
    }

    @Test
    void failsWhenFewerPropertiesAreThereThanExpected() {
        assertThatThrownBy(() -> ConfigurationMetadata.of("example.none").check(1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("0 properties below example.none");
    }

    /**
     * Has a description.
     *
     * @param pollInterval how long to wait between two looks.
     */
    @ConfigurationProperties("example.described")
    record Described(Duration pollInterval) {}

    @ConfigurationProperties("example.bare")
    record Bare(Duration pollInterval) {}
}
