package io.gantry.worker.process;

import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.runtime.ProcessGroup;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process that began.
 *
 * @param began what the kernel said of it then; tells it from later processes with its pid
 */
record WatchedProcess(ProcessDirectory directory, ProcessSpec spec, ProcStat began) {

    /** How a process ends of which nobody knows the exit code. */
    static final String LOST =
            "ContainerVanishedError: the process ended without leaving an exit code";

    boolean runs() {
        ProcStat now = ProcStat.of(began.pid());
        return now != null && now.startTicks() == began.startTicks() && !now.isDead();
    }

    /** How it ended, as its shell wrote it down; null while it has not. */
    @Nullable Exit exit() {
        return directory.exit();
    }

    /** Whether it has left its shell's group, so that signals reach it and it alone. */
    boolean settled() {
        ProcStat now = ProcStat.of(began.pid());
        return now == null || now.isDead() || now.session() == began.pid();
    }

    RuntimeFacts facts() throws IOException {
        return new RuntimeFacts(
                directory.id(),
                spec.name(),
                null,
                spec.bindings(),
                null,
                directory.beganAtMillis(),
                new RuntimeFacts.Details(
                        null,
                        Instant.ofEpochMilli(directory.beganAtMillis()).toString(),
                        Map.of(),
                        List.of(),
                        null));
    }

    /** Sends a signal to the process and to everything it started. */
    void signal(String name) throws IOException, InterruptedException {
        if (!runs()) {
            return;
        }
        if (!ProcessGroup.signal(began.pid(), name) && runs()) {
            throw new IOException("cannot send " + name + " to process " + began.pid());
        }
    }
}
