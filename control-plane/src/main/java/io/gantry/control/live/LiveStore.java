package io.gantry.control.live;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Volatile knowledge shared by the nodes. Everything in it may be missing, old or lost. */
public interface LiveStore extends AutoCloseable {

    /**
     * An agent's connection was alive.
     *
     * @param session number of the connection
     * @param node the node that holds it
     * @param seenAtMillis by that node's clock
     */
    record Heartbeat(long session, String node, long seenAtMillis) implements Serializable {}

    /**
     * What a task used lately.
     *
     * @param cpuUnits 1,024 per core
     * @param memoryMib mebibytes
     * @param atMillis when it was measured, by the node that was told
     */
    record Utilisation(double cpuUnits, double memoryMib, long atMillis) implements Serializable {}

    /**
     * How the parts of a machine feel, as its agent has told.
     *
     * @param atMillis when it was told, by the node that heard it
     */
    record MachineHealth(List<PartHealth> parts, long atMillis) implements Serializable {
        public MachineHealth {
            parts = List.copyOf(parts);
        }
    }

    /**
     * How a part of a machine feels. Times are milliseconds since the epoch, 0 for not told.
     *
     * @param type as ECS names it, such as CONTAINER_RUNTIME
     * @param status OK, IMPAIRED, INSUFFICIENT_DATA or INITIALIZING
     */
    record PartHealth(
            String type,
            String status,
            @Nullable String reason,
            long updatedAtMillis,
            long changedAtMillis)
            implements Serializable {}

    /**
     * Something to tell a worker, for whichever node holds its connection.
     *
     * @param frame of the agents' command channel
     */
    record Notice(String worker, String frame) implements Serializable {}

    void heartbeat(WorkerId worker, Heartbeat heartbeat);

    @Nullable Heartbeat heartbeat(WorkerId worker);

    /** Forgets a worker's heartbeat if it is of this session. */
    void remove(WorkerId worker, long session);

    void utilisation(Map<TaskId, Utilisation> tasks);

    @Nullable Utilisation utilisation(TaskId task);

    void health(WorkerId worker, MachineHealth health);

    @Nullable MachineHealth health(WorkerId worker);

    /**
     * Passes a notice on to all nodes, or loses it without a word: whoever needs an answer waits
     * for it, and not for ever. False if the store is not there.
     */
    boolean publish(Notice notice);

    /** Hears of all notices from now on, on a thread that must not be held. */
    void subscribe(Consumer<Notice> listener);

    /** How many nodes share this store, this one included; 0 while it is not there. */
    int nodes();

    @Override
    void close();
}
