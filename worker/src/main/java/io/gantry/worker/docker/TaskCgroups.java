package io.gantry.worker.docker;

import com.github.dockerjava.api.model.Info;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.ContainerKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the containers of a task to the limits of the task as a whole, by a cgroup around them.
 * That takes root on the engine's own machine; without it these limits count in placement only.
 */
final class TaskCgroups {
    private static final Logger log = LoggerFactory.getLogger(TaskCgroups.class);
    private static final int REMOVE_ATTEMPTS = 20;
    private static final long REMOVE_PAUSE_MILLIS = 100;

    private final @Nullable CgroupTree tree;

    private TaskCgroups(@Nullable CgroupTree tree) {
        this.tree = tree;
    }

    /** Finds out, once, whether such cgroups can be made for this engine. */
    static TaskCgroups detect(Info engine, boolean onThisMachine) {
        boolean unified = "2".equals(engine.getCGroupVersion());
        CgroupTree tree =
                "systemd".equals(engine.getCGroupDriver())
                        ? new SystemdCgroups(unified, SystemdCgroups::run)
                        : new FileCgroups(Path.of("/sys/fs/cgroup"), unified);
        try {
            if (!onThisMachine) {
                throw new IOException("the engine is on another machine");
            }
            String probe = "gantryprobe" + ProcessHandle.current().pid();
            tree.make(probe, new TaskLimits(1, TaskLimits.PERIOD_MICROS, 1L << 30));
            tree.remove(probe);
            return new TaskCgroups(tree);
        } catch (IOException impossible) {
            log.atWarn()
                    .addKeyValue("error", impossible.toString())
                    .log(
                            "cgroups of tasks cannot be made: CPU and memory of a whole task are not"
                                    + " enforced, those of its containers are");
            return new TaskCgroups(null);
        }
    }

    boolean work() {
        return tree != null;
    }

    /**
     * The parent for the cgroups of the task's containers; null if these limits do not work. A task
     * without limits gets none of its own, which would cost every start a little: its containers
     * together weigh as much as it would.
     */
    @Nullable String provide(AcsTask task) throws IOException {
        if (tree == null) {
            return null;
        }
        if (task.cpu() == null && task.memory() == null) {
            return tree.common();
        }
        String id = id(task.arn());
        tree.make(id, TaskLimits.of(task));
        return tree.parent(id);
    }

    private static String id(String taskArn) {
        return new ContainerKey(taskArn, "").taskId().replaceAll("[^A-Za-z0-9_-]", "");
    }

    /** Blocks while the engine is still busy with the end of the last container. */
    void remove(String taskArn) throws InterruptedException {
        if (tree == null) {
            return;
        }
        IOException latest = null;
        for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
            try {
                tree.remove(id(taskArn));
                return;
            } catch (IOException busy) {
                latest = busy;
                TimeUnit.MILLISECONDS.sleep(REMOVE_PAUSE_MILLIS);
            }
        }
        log.atWarn()
                .addKeyValue("task", taskArn)
                .addKeyValue("error", String.valueOf(latest))
                .log("cgroup of a task not removed");
    }
}
