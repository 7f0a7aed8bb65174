package io.gantry.worker.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends a process of a container and what it has started, as a terminal that hangs up does: by HUP,
 * and by KILL if it does not go. Engines give each command a session of its own. It works where the
 * engine's processes are this machine's; elsewhere it does nothing.
 */
final class HangUp {
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final long STEP_NANOS = 50_000_000;

    private HangUp() {}

    /**
     * Blocks until the process is gone, or was killed.
     *
     * @param pid as the engine knows it
     */
    static void process(long pid, String containerId) throws IOException, InterruptedException {
        if (!isOf(pid, containerId)) {
            return;
        }
        signal("HUP", pid);
        long end = System.nanoTime() + GRACE.toNanos();
        while (isOf(pid, containerId) && System.nanoTime() < end) {
            LockSupport.parkNanos(STEP_NANOS);
        }
        if (isOf(pid, containerId)) {
            signal("KILL", pid);
        }
    }

    /** Numbers mean other processes when this worker is in a container itself. */
    private static boolean isOf(long pid, String containerId) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"))
                    .contains(containerId);
        } catch (IOException gone) {
            return false;
        }
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "kill -s \"$1\" -- \"-$2\"",
                                "gantry",
                                name,
                                Long.toString(pid))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!kill.waitFor(5, TimeUnit.SECONDS)) {
            kill.destroyForcibly();
        }
    }
}
