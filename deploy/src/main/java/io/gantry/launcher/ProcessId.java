package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A process of this machine for good: its number alone may come to mean another one.
 *
 * @param startTicks when it began, since the machine booted
 */
record ProcessId(long pid, long startTicks) {
    // Fields of /proc/<pid>/stat, counted behind the command's name.
    private static final int STATE = 0;
    private static final int START_TIME = 19;

    /** The process of that number, unless it is gone or only waits to be buried. */
    static @Nullable ProcessId of(long pid) {
        String[] fields = stat(pid);
        if (fields == null || fields[STATE].equals("Z") || fields[STATE].equals("X")) {
            return null;
        }
        return new ProcessId(pid, Long.parseLong(fields[START_TIME]));
    }

    private static String @Nullable [] stat(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The name in parentheses may itself contain parentheses and spaces.
            String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
            return fields.length > START_TIME ? fields : null;
        } catch (IOException gone) {
            return null;
        }
    }

    static @Nullable ProcessId parse(String text) {
        String[] numbers = text.strip().split(" ", -1);
        try {
            return numbers.length == 2
                    ? new ProcessId(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]))
                    : null;
        } catch (NumberFormatException malformed) {
            return null;
        }
    }

    boolean runs() {
        return equals(of(pid));
    }

    void terminate() {
        ProcessHandle.of(pid).filter(handle -> runs()).ifPresent(ProcessHandle::destroy);
    }

    void kill() {
        ProcessHandle.of(pid).filter(handle -> runs()).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Memory in use, in MiB; 0 of a process that is gone. */
    long residentMib() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
                }
            }
        } catch (IOException gone) {
            return 0;
        }
        return 0;
    }

    @Override
    public String toString() {
        return pid + " " + startTicks;
    }
}
