package io.gantry.worker.docker;

import io.gantry.worker.runtime.ProcessGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        ProcessGroup.signal(pid, "HUP");
        long end = System.nanoTime() + GRACE.toNanos();
        while (isOf(pid, containerId) && System.nanoTime() < end) {
            LockSupport.parkNanos(STEP_NANOS);
        }
        if (isOf(pid, containerId)) {
            ProcessGroup.signal(pid, "KILL");
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
}
