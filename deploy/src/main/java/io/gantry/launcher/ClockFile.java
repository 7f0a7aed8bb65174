package io.gantry.launcher;

import io.gantry.common.time.ClockOffset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** The file by which the wall clock of a process is shifted; it looks at it once a second. */
final class ClockFile {
    private ClockFile() {}

    static void check(Member member, ProcessId process) {
        if (!isFollowed(process)) {
            throw new Failure(
                    "%s does not look for an offset of its clock. \"gantry kill %s\" and \"gantry up\" start it so that it does."
                            .formatted(member.name(), member.name()));
        }
    }

    private static boolean isFollowed(ProcessId process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).strip().equals(ClockOffset.THREAD)) {
                    return true;
                }
            }
            return false;
        } catch (IOException gone) {
            return false;
        }
    }

    static void write(Path file, Duration offset) {
        Layout.write(file, offset.toMillis() + "\n");
    }
}
