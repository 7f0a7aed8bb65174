package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command.DisconnectWorker;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;

/**
 * How a state that came out of a file goes on: with the first command, whichever it is.
 *
 * <p>Numbers of sessions are numbers of commands, and agents ignore what carries a smaller number
 * than they have seen. They have seen numbers that the file does not know, so the numbers leap.
 */
final class Restoration {
    /** More commands than any installation has applied since a file that knows its time. */
    private static final long LEAP = 1L << 32;

    /** More commands than can be applied in a millisecond. */
    private static final long PER_MILLI = 64;

    private Restoration() {}

    /**
     * The number of the first command. It grows with the time that has passed since the state was
     * saved, so that another restoration of the same file begins behind the one before.
     */
    static long sequence(ClusterState before, long nowMillis) {
        return before.sequence() + LEAP + PER_MILLI * (nowMillis - before.nowMillis());
    }

    /** Nobody is connected any more: the connections were of another installation's nodes. */
    static void begin(Edit edit) {
        for (Worker worker : edit.before.workers().values().filter(Worker::connected).toList()) {
            edit.workers().disconnect(new DisconnectWorker(worker.id(), worker.session()));
        }
    }
}
