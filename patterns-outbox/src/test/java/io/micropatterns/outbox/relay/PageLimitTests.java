package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageLimitTests {

    @Test
    void isHalvedByEachFailureDownToOneAndDoubledByEachSuccessUpToTheWhole() {
        PageLimit limit = new PageLimit(4_000, 16_000_000);
        limit.failed();
        limit.failed();
        assertThat(limit.events()).isEqualTo(1_000);
        assertThat(limit.bytes()).isEqualTo(4_000_000);
        for (int i = 0; i < 100; i++) {
            limit.failed();
        }
        assertThat(limit.events()).isOne();
        assertThat(limit.bytes()).isOne();
        for (int i = 0; i < 100; i++) {
            limit.published();
        }
        assertThat(limit.events()).isEqualTo(4_000);
        assertThat(limit.bytes()).isEqualTo(16_000_000);
    }
}
