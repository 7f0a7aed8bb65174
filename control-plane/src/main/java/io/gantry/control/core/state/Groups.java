package io.gantry.control.core.state;

import io.gantry.control.core.state.Task.Status;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a worker that should run and have not stopped, counted by group, so that whoever
 * plans need not look at them. Lost tasks are replaced elsewhere and do not count.
 *
 * @param wanted how many there are of each group, without groups that have none
 * @param running those of them that have reached RUNNING, which ECS calls runningTasksCount
 */
public record Groups(Map<String, Integer> wanted, int running) {
    public static final Groups NONE = new Groups(Map.of(), 0);

    public Groups {
        wanted = wanted.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(wanted));
    }

    /** How many tasks of a group there are. */
    public int of(String group) {
        Integer count = wanted.get(group);
        return count == null ? 0 : count;
    }

    /** With one more task of a group, which has not reached RUNNING. */
    public Groups plus(String group) {
        return with(group, 1, 0);
    }

    /** What a change of one of the tasks makes of it; null stands for one that was not there. */
    public Groups moving(@Nullable Task before, Task after) {
        int more = counts(after) - (before == null ? 0 : counts(before));
        int run = runs(after) - (before == null ? 0 : runs(before));
        return more == 0 && run == 0 ? this : with(after.group(), more, run);
    }

    private Groups with(String group, int more, int run) {
        if (more == 0) {
            return new Groups(wanted, running + run);
        }
        var next = new TreeMap<>(wanted);
        int count = of(group) + more;
        if (count == 0) {
            next.remove(group);
        } else {
            next.put(group, count);
        }
        return new Groups(next, running + run);
    }

    private static int counts(Task task) {
        return task.alive() && task.wanted() && !task.lost() ? 1 : 0;
    }

    private static int runs(Task task) {
        return task.last() == Status.RUNNING ? counts(task) : 0;
    }
}
