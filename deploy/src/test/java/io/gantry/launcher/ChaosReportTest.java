package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ChaosReportTest {
    private final ChaosReport report =
            new ChaosReport(
                    "kill",
                    List.of("leader"),
                    Duration.ofSeconds(3),
                    List.of(round(1, 612L, 640), round(2, null, 12_345)));

    @Test
    void roundsAreRowsAndTheirSpreadFollows() {
        assertThat(report.text().lines().map(line -> line.replaceAll(" {2,}", "|")))
                .containsSequence(
                        "ROUND|FAULT OF|DETECTED|RECOVERED|WRITE GAP|CALLS|FAILED|AFTER RETRY"
                                + "|SLOWEST|REPLACED|REPLACED IN|WELL AFTER",
                        "1|n1 (leader)|612 ms|700 ms|640 ms|240|9|1|900 ms|0|-|2100 ms",
                        "2|n1 (leader)|-|700 ms|12.3 s|240|9|1|900 ms|0|-|2100 ms")
                .contains("write gap|640 ms|12.3 s|12.3 s|2", "detected|612 ms|612 ms|612 ms|1")
                .contains(
                        "18 of 480 calls failed at the first try, 2 at all three: 2 503"
                                + " ServerException, 16 connection refused.")
                .noneMatch(line -> line.startsWith("replaced in"));
    }

    @Test
    void programsGetTheSameInMilliseconds() {
        JsonNode json = JsonMapper.builder().build().readTree(report.json());
        assertThat(json.path("fault").asString()).isEqualTo("kill");
        assertThat(json.path("forMillis").asLong()).isEqualTo(3_000);
        assertThat(json.path("rounds").size()).isEqualTo(2);
        assertThat(json.path("rounds").path(1).path("detectedMillis").isNull()).isTrue();
        assertThat(json.path("summary").path("writeGapMillis").path("p99").asLong())
                .isEqualTo(12_345);
        assertThat(json.path("summary").path("replacedMillis").isNull()).isTrue();
        assertThat(json.path("troubles").path("connection refused").asInt()).isEqualTo(16);
    }

    @Test
    void durationsReadAsTheyWereWritten() {
        assertThat(ChaosReport.span(Duration.ofSeconds(30))).isEqualTo("30 s");
        assertThat(ChaosReport.span(Duration.ofMillis(1_500))).isEqualTo("1500 ms");
        assertThat(new Fault.ClockSkew(Duration.ofMinutes(-10)).text())
                .isEqualTo("clock-skew by -10 min");
        assertThat(new Fault.SlowDisk(Duration.ofMillis(200)).text())
                .isEqualTo("slow-disk by 200 ms");
    }

    private static ChaosRound round(int number, @Nullable Long detected, long gap) {
        return new ChaosRound(
                number,
                List.of("n1"),
                List.of(),
                "n1",
                detected,
                700L,
                gap,
                240,
                9,
                1,
                900,
                Map.of("connection refused", 8, "503 ServerException", 1),
                1,
                0,
                null,
                2_100L);
    }
}
