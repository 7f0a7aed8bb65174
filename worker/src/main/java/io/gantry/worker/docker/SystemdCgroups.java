package io.gantry.worker.docker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Cgroups of engines with the driver {@code systemd}: systemd makes them, as slices that live until
 * they are stopped. They are called {@code ecstasks-<task id>.slice} as those of Amazon's agent.
 */
final class SystemdCgroups implements CgroupTree {
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long LIMIT_SECONDS = 10;

    /** Runs a program of the machine. */
    interface Programs {

        /**
         * Waits for its end.
         *
         * @return its exit code
         * @throws IOException if it cannot be run or does not end
         */
        int run(List<String> command) throws IOException;
    }

    private final boolean unified;
    private final Programs programs;

    SystemdCgroups(boolean unified, Programs programs) {
        this.unified = unified;
        this.programs = programs;
    }

    static int run(List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            throw new IOException(command.getFirst() + " does not end");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } finally {
            process.destroyForcibly();
        }
    }

    /** A dash would mean one slice within another. */
    @Override
    public String parent(String taskId) {
        return "ecstasks-" + taskId.replace('-', '_') + ".slice";
    }

    @Override
    public String common() {
        return "ecstasks.slice";
    }

    @Override
    public void make(String taskId, TaskLimits limits) throws IOException {
        String slice = parent(taskId);
        if (isActive(slice)) {
            return;
        }
        List<String> properties = new ArrayList<>();
        add(properties, "Description", "s", "Limits of task " + taskId);
        add(properties, "CPUAccounting", "b", "true");
        add(properties, "MemoryAccounting", "b", "true");
        add(
                properties,
                unified ? "CPUWeight" : "CPUShares",
                "t",
                Long.toString(unified ? limits.weight() : limits.shares()));
        if (limits.vcpus() > 0) {
            long micros = limits.quotaMicros() * (MICROS_PER_SECOND / TaskLimits.PERIOD_MICROS);
            add(properties, "CPUQuotaPerSecUSec", "t", Long.toString(micros));
        }
        if (limits.memoryBytes() > 0) {
            add(
                    properties,
                    unified ? "MemoryMax" : "MemoryLimit",
                    "t",
                    Long.toString(limits.memoryBytes()));
        }
        start(slice, properties);
    }

    private static void add(List<String> properties, String name, String type, String value) {
        properties.addAll(List.of(name, type, value));
    }

    private void start(String slice, List<String> properties) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "busctl",
                                "call",
                                "org.freedesktop.systemd1",
                                "/org/freedesktop/systemd1",
                                "org.freedesktop.systemd1.Manager",
                                "StartTransientUnit",
                                "ssa(sv)a(sa(sv))",
                                slice,
                                "replace",
                                Integer.toString(properties.size() / 3)));
        command.addAll(properties);
        command.add("0");
        int code = programs.run(command);
        // Two containers of a task may have begun at the same time.
        if (code != 0 && !isActive(slice)) {
            throw new IOException("systemd did not make " + slice + ", busctl ended with " + code);
        }
    }

    private boolean isActive(String slice) throws IOException {
        return programs.run(List.of("systemctl", "--quiet", "is-active", slice)) == 0;
    }

    @Override
    public void remove(String taskId) throws IOException {
        String slice = parent(taskId);
        if (isActive(slice)) {
            int code = programs.run(List.of("systemctl", "stop", slice));
            if (code != 0) {
                throw new IOException("systemctl stop " + slice + " ended with " + code);
            }
        }
    }
}
