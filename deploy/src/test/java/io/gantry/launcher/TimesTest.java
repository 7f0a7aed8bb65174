package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TimesTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void durationsHaveTwoUnitsAtMost() {
        assertThat(Times.text(Duration.ofMillis(1_250))).isEqualTo("1.3 s");
        assertThat(Times.text(Duration.ofSeconds(59))).isEqualTo("59 s");
        assertThat(Times.text(Duration.ofSeconds(185))).isEqualTo("3 min 5 s");
        assertThat(Times.text(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
        assertThat(Times.text(Duration.ofHours(52))).isEqualTo("2 d 4 h");
        assertThat(Times.text(Duration.ofSeconds(-3))).isEqualTo("0.0 s");
    }

    @Test
    void sinceIsLongAgoOrATime() {
        assertThat(Times.since("90s", NOW)).isEqualTo("2026-01-31T11:58:30Z");
        assertThat(Times.since("10m", NOW)).isEqualTo("2026-01-31T11:50:00Z");
        assertThat(Times.since("2h", NOW)).isEqualTo("2026-01-31T10:00:00Z");
        assertThat(Times.since("1d", NOW)).isEqualTo("2026-01-30T12:00:00Z");
        assertThat(Times.since("2026-01-31T13:00:00+02:00", NOW)).isEqualTo("2026-01-31T11:00:00Z");
        assertThatThrownBy(() -> Times.since("yesterday", NOW))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("'yesterday'");
    }
}
