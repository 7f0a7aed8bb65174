package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

final class ProcessLifeTest {
    private static final long SECOND = 1_000_000_000;
    private static final int SECONDS = 240;

    private static ProcessLife life(
            IntUnaryOperator memory, IntUnaryOperator threads, IntUnaryOperator files) {
        var life = new ProcessLife("n1", 1);
        for (int at = 0; at < SECONDS; at += 2) {
            life.add(
                    new ProcessSample(
                            at * SECOND,
                            memory.applyAsInt(at),
                            threads.applyAsInt(at),
                            files.applyAsInt(at)));
        }
        return life;
    }

    @Test
    void whatLevelsOffAfterTheStartIsFine() {
        var life = life(_ -> 400, at -> Math.min(at * 3, 90), at -> 250 + at % 10);
        assertThat(life.growth()).isEmpty();
        assertThat(life.isExcessive()).isFalse();
    }

    @Test
    void whatGoesOnGrowingIsFound() {
        var life = life(_ -> 400, at -> 90 + at / 5, at -> 250 + at);
        assertThat(life.growth())
                .satisfiesExactly(
                        threads -> assertThat(threads).startsWith("threads of n1"),
                        files -> assertThat(files).startsWith("files of n1"));
    }

    @Test
    void aPeakIsNoGrowth() {
        var life = life(_ -> 400, at -> at == SECONDS - 2 ? 900 : 90, _ -> 250);
        assertThat(life.growth()).isEmpty();
    }

    @Test
    void moreMemoryThanTheProgramIsGivenIsFound() {
        assertThat(life(at -> at == 100 ? 2_000 : 400, _ -> 90, _ -> 250).isExcessive()).isTrue();
    }

    @Test
    void theKernelTellsWhatThisProcessUses() {
        var sample = Objects.requireNonNull(ProcessSample.of(Path.of("/proc/self"), 7));
        assertThat(sample.residentMib()).isPositive();
        assertThat(sample.threads()).isPositive();
        assertThat(sample.files()).isPositive();
        assertThat(ProcessSample.of(Path.of("/proc/0"), 7)).isNull();
    }
}
