package io.gantry.common.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClockOffsetTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long TOLERANCE = Duration.ofMinutes(10).toMillis();

    @TempDir private Path directory;

    @AfterEach
    void setTheClockRight() {
        SystemClock.INSTANCE.shift(0);
    }

    @Test
    void theWallClockIsOffByWhatTheFileSaysAndRightWithoutIt() throws IOException {
        Path file = directory.resolve("offset");
        var offset = new ClockOffset(file, SystemClock.INSTANCE);
        offset.look();
        assertThat(error()).isCloseTo(0, within(TOLERANCE));
        Files.writeString(file, "-" + HOUR + "\n");
        offset.look();
        assertThat(error()).isCloseTo(-HOUR, within(TOLERANCE));
        Files.delete(file);
        offset.look();
        assertThat(error()).isCloseTo(0, within(TOLERANCE));
    }

    @Test
    void anUnreadableFileChangesNothing() throws IOException {
        Path file = Files.writeString(directory.resolve("offset"), String.valueOf(HOUR));
        var offset = new ClockOffset(file, SystemClock.INSTANCE);
        offset.look();
        Files.writeString(file, "soon");
        offset.look();
        assertThat(error()).isCloseTo(HOUR, within(TOLERANCE));
    }

    @Test
    void measuredTimeIsNotShifted() throws IOException {
        Path file = Files.writeString(directory.resolve("offset"), String.valueOf(HOUR));
        long before = Clock.system().nanoTime();
        new ClockOffset(file, SystemClock.INSTANCE).look();
        assertThat(Clock.system().nanoTime() - before).isLessThan(Duration.ofMinutes(10).toNanos());
    }

    private static long error() {
        return Clock.system().nowMillis() - System.currentTimeMillis();
    }
}
