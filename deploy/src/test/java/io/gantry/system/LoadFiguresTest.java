package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.history.Call;
import io.gantry.common.history.Outcome;
import io.gantry.common.history.Recorder;
import io.gantry.common.history.Register.Action;
import io.gantry.common.history.Register.Read;
import io.gantry.common.history.Register.Write;
import io.gantry.system.LoadFigures.Gap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LoadFiguresTest {
    private static final long SECOND = 1_000_000_000;

    private static Call<?, ?> call(
            Action<Integer> action, long from, long to, Outcome<Integer> outcome) {
        return new Call<>(
                1,
                "UpdateService 127.0.0.1:1",
                "k",
                action,
                from * SECOND,
                to == Call.NEVER ? to : to * SECOND,
                outcome);
    }

    @Test
    void gapsAreBetweenAcknowledgedWritesOfAnybody() {
        List<Call<?, ?>> calls =
                List.of(
                        call(new Write<>(1), 10, 12, new Outcome.Ok<>(1)),
                        call(new Write<>(2), 11, 13, new Outcome.Ok<>(2)),
                        call(new Read<>(), 14, 15, new Outcome.Ok<>(2)),
                        call(new Write<>(3), 15, 16, new Outcome.Failed<>("full")),
                        call(new Write<>(4), 16, Call.NEVER, new Outcome.Unknown<>("late")),
                        call(
                                new Write<>(5),
                                17,
                                Call.NEVER,
                                new Outcome.Unknown<>(Recorder.SENT_AGAIN)),
                        call(new Write<>(5), 17, 20, new Outcome.Ok<>(5)));
        var figures = LoadFigures.of(calls, 10 * SECOND, 21 * SECOND);
        assertThat(figures.gaps())
                .startsWith(
                        new Gap(Duration.ofSeconds(3), Duration.ofSeconds(7)),
                        new Gap(Duration.ZERO, Duration.ofSeconds(2)));
        assertThat(figures.writes()).isEqualTo(3);
        assertThat(figures.reads()).isEqualTo(1);
        assertThat(figures.unknown()).isEqualTo(1);
        assertThat(figures.repeated()).isEqualTo(1);
        assertThat(figures.refused()).containsExactly(Map.entry("UpdateService: full", 1));
        assertThat(figures.slowestWrite()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void withoutAnyWriteAllOfItIsAGap() {
        var figures = LoadFigures.of(List.of(), 0, 5 * SECOND);
        assertThat(figures.longestGap()).isEqualTo(Duration.ofSeconds(5));
    }
}
