package io.gantry.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a process uses at one moment.
 *
 * @param residentMib memory that is really there
 * @param files descriptors that are open, sockets among them
 */
record ProcessSample(long atNanos, int residentMib, int threads, int files) {

    /**
     * From the kernel.
     *
     * @param directory of the process in {@code /proc}
     * @return null if the process is gone
     */
    static @Nullable ProcessSample of(Path directory, long nowNanos) {
        int resident = 0;
        int threads = 0;
        try (Stream<Path> open = Files.list(directory.resolve("fd"))) {
            for (String line : Files.readAllLines(directory.resolve("status"))) {
                if (line.startsWith("VmRSS:")) {
                    resident = number(line) >> 10;
                } else if (line.startsWith("Threads:")) {
                    threads = number(line);
                }
            }
            int files = (int) open.count();
            // A process that is being buried has neither.
            return resident == 0 ? null : new ProcessSample(nowNanos, resident, threads, files);
        } catch (IOException gone) {
            return null;
        }
    }

    private static int number(String line) {
        return Integer.parseInt(line.replaceAll("[^0-9]", ""));
    }
}
