package io.gantry.worker.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One line of the kernel's {@code /proc/<pid>/stat}.
 *
 * @param startTicks since boot; together with the pid it names a process for good
 * @param cpuTicks of itself and the children it has waited for, 100 a second
 * @param kernelTicks those of them that the kernel spent on its behalf
 */
record ProcStat(
        long pid,
        char state,
        long session,
        long startTicks,
        long cpuTicks,
        long residentPages,
        long kernelTicks) {
    private static final int STATE = 0;
    private static final int SESSION = 3;
    private static final int USER_TIME = 11;
    private static final int KERNEL_TIME = 12;
    private static final int CHILDREN_KERNEL_TIME = 14;
    private static final int START_TIME = 19;
    private static final int RESIDENT = 21;

    static @Nullable ProcStat of(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "stat"));
    }

    static @Nullable ProcStat read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException gone) {
            return null;
        }
    }

    static @Nullable ProcStat parse(String line) {
        // The name in parentheses may itself contain parentheses and spaces.
        int end = line.lastIndexOf(')');
        int open = line.indexOf('(');
        if (end < 0 || open < 0) {
            return null;
        }
        String[] fields = line.substring(end + 1).strip().split(" ", -1);
        if (fields.length <= RESIDENT) {
            return null;
        }
        long cpu = 0;
        for (int i = USER_TIME; i < USER_TIME + 4; i++) {
            cpu += Long.parseLong(fields[i]);
        }
        return new ProcStat(
                Long.parseLong(line.substring(0, open).strip()),
                fields[STATE].charAt(0),
                Long.parseLong(fields[SESSION]),
                Long.parseLong(fields[START_TIME]),
                cpu,
                Long.parseLong(fields[RESIDENT]),
                Long.parseLong(fields[KERNEL_TIME]) + Long.parseLong(fields[CHILDREN_KERNEL_TIME]));
    }

    boolean isDead() {
        return state == 'Z' || state == 'X';
    }
}
