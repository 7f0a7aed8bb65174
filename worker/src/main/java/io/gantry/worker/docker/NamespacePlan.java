package io.gantry.worker.docker;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Link;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.runtime.ContainerNames;
import org.jspecify.annotations.Nullable;

/** Whose network, process and IPC namespaces a container lives in. */
final class NamespacePlan {
    private static final String TASK = "task";

    private NamespacePlan() {}

    /** Whether the containers of {@code task} share a namespace that somebody must hold open. */
    static boolean isShared(AcsTask task) {
        return sharesProcesses(task) || sharesIpc(task);
    }

    static boolean sharesProcesses(AcsTask task) {
        return TASK.equals(task.pidMode());
    }

    static boolean sharesIpc(AcsTask task) {
        return TASK.equals(task.ipcMode());
    }

    static void applyNetwork(AcsTask task, AcsContainer container, HostConfig host) {
        String mode = task.networkMode();
        host.withNetworkMode(mode == null || mode.isEmpty() ? "bridge" : mode);
        if (!container.links().isEmpty()) {
            host.withLinks(container.links().stream().map(link -> link(task, link)).toList());
        }
    }

    private static Link link(AcsTask task, String link) {
        String[] parts = link.split(":", 2);
        return new Link(ContainerNames.container(task, parts[0]), parts[parts.length - 1]);
    }

    /**
     * Applied last: what the container itself says of these modes is the task's word for them, not
     * the engine's.
     *
     * @param pauseId the container that holds what the task shares; null if it shares nothing
     */
    static void applySharing(AcsTask task, @Nullable String pauseId, HostConfig host) {
        String pid = mode(task.pidMode(), pauseId);
        if (pid != null) {
            host.withPidMode(pid);
        }
        String ipc = mode(task.ipcMode(), pauseId);
        if (ipc != null) {
            host.withIpcMode(ipc);
        }
    }

    private static @Nullable String mode(@Nullable String ofTask, @Nullable String pauseId) {
        if (ofTask == null || ofTask.isEmpty()) {
            return null;
        }
        return ofTask.equals(TASK) ? "container:" + pauseId : ofTask;
    }
}
