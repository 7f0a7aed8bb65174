package io.gantry.worker.runtime;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A process and everything it has started. Java can signal single processes only. */
public final class ProcessGroup {
    private static final int PATIENCE_SECONDS = 5;

    private ProcessGroup() {}

    /**
     * Sends a signal to the group that {@code leader} leads.
     *
     * @param name such as TERM or KILL
     * @return false if there is no such group, or it may not be signalled
     * @throws IOException if that cannot be found out in five seconds
     */
    public static boolean signal(long leader, String name)
            throws IOException, InterruptedException {
        Process kill =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "kill -s \"$1\" -- \"-$2\"",
                                "gantry",
                                name,
                                Long.toString(leader))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("kill did not return");
        }
        return kill.exitValue() == 0;
    }
}
