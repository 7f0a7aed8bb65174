package io.gantry.worker.runtime;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What containers have logged, and commands executed in them. Calls block until the stream has
 * ended; many may run at the same time. Whoever is at the other end may leave at any time, and the
 * calls return soon after that.
 */
public interface ContainerStreams {

    /** Whether a command can be given a terminal. */
    boolean terminals();

    /**
     * Copies what a container has logged.
     *
     * @param follow whether to go on until the container ends
     * @param tail how many of the latest lines; null for all
     * @param sinceSeconds of the epoch; null for all
     */
    record LogsAsk(
            boolean follow,
            @Nullable Integer tail,
            @Nullable Long sinceSeconds,
            boolean timestamps) {}

    /** A command, and the size of its terminal if it gets one; 0 for an unknown size. */
    record ExecAsk(List<String> command, boolean tty, int columns, int rows) {
        public ExecAsk {
            command = List.copyOf(command);
        }
    }

    /**
     * Copies logs to the other end.
     *
     * @param runtimeId of the container, which may have ended
     * @throws IOException whose message says to an operator why that cannot be
     */
    void logs(String runtimeId, LogsAsk ask, OtherEnd other)
            throws IOException, InterruptedException;

    /**
     * Executes a command beside the container's own; it is ended if the other end leaves.
     *
     * @return the command's exit code
     * @throws IOException whose message says to an operator why that cannot be
     */
    int exec(String runtimeId, ExecAsk ask, OtherEnd other)
            throws IOException, InterruptedException;
}
