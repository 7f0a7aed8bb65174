package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFileTest {
    @TempDir private Path directory;

    @Test
    void theEndOfALog() throws IOException {
        Path file = Files.writeString(directory.resolve("log"), "a\nb\nc\n");
        assertThat(LogFile.lastLines(file, 2)).containsExactly("b", "c");
        assertThat(LogFile.lastLines(directory.resolve("none"), 2)).isEmpty();
    }

    @Test
    void followsAcrossAHalfLineAndANewFile() throws IOException {
        Path file = Files.writeString(directory.resolve("log"), "old old old\n");
        LogFile log = LogFile.fromEnd(file);
        Files.writeString(file, "on", StandardOpenOption.APPEND);
        assertThat(log.newLines()).isEmpty();
        Files.writeString(file, "e\n", StandardOpenOption.APPEND);
        assertThat(log.newLines()).containsExactly("one");
        Files.writeString(file, "two\n");
        assertThat(log.newLines()).containsExactly("two");
    }
}
