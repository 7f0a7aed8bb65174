package io.gantry.control.core.assign;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a worker should do with the tasks that were placed on it.
 *
 * @param toRun tasks that should run and that the worker has not reported running; never one that
 *     has been seen STOPPED
 * @param running tasks that should go on running
 * @param toStop tasks that should stop and have not
 */
public record Assignments(Set<TaskId> toRun, Set<TaskId> running, Set<TaskId> toStop) {
    public static final Assignments NONE = new Assignments(Set.of(), Set.of(), Set.of());

    /** What follows from a state for one worker. */
    public static Assignments of(ClusterState state, WorkerId worker) {
        var toRun = new TreeSet<TaskId>();
        var running = new TreeSet<TaskId>();
        var toStop = new TreeSet<TaskId>();
        state.aliveOn(worker)
                .forEach(
                        task -> {
                            if (!task.wanted()) {
                                toStop.add(task.id());
                            } else if (task.last() == Status.PENDING) {
                                toRun.add(task.id());
                            } else {
                                running.add(task.id());
                            }
                        });
        return new Assignments(toRun, running, toStop);
    }

    /**
     * What has to be said to a worker that was told {@code sent} before; in the order in which it
     * should hear it: stops first, since they make room.
     */
    public Map<TaskId, Status> news(Map<TaskId, Status> sent) {
        var news = new LinkedHashMap<TaskId, Status>();
        for (TaskId task : toStop) {
            if (sent.get(task) != Status.STOPPED) {
                news.put(task, Status.STOPPED);
            }
        }
        for (TaskId task : toRun) {
            if (!sent.containsKey(task)) {
                news.put(task, Status.RUNNING);
            }
        }
        return news;
    }

    /** Everything that should be alive on the worker. */
    public List<TaskId> manifest() {
        var all = new ArrayList<TaskId>(toRun);
        all.addAll(running);
        return all;
    }
}
