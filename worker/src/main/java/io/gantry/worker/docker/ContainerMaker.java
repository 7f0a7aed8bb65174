package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.RuntimeInfo;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.runtime.ContainerNames;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes containers with everything that must be there before them: volumes, shared namespaces, the
 * cgroup of the task, free rows of ports.
 */
final class ContainerMaker {
    private static final Logger log = LoggerFactory.getLogger(ContainerMaker.class);
    private static final String NVIDIA = "nvidia";
    private static final int PORT_ATTEMPTS = 10;

    private final DockerClient client;
    private final DockerSettings settings;
    private final DockerPlanner planner;
    private final DockerVolumes volumes;
    private final PauseContainers pauses;
    private final TaskCgroups cgroups;
    private final HostPorts hostPorts = HostPorts.ephemeral();

    /** Containers that have not begun and may be made again if their ports turn out taken. */
    private final Map<ContainerKey, AgentAction.Create> movable = new ConcurrentHashMap<>();

    ContainerMaker(
            DockerClient client,
            DockerSettings settings,
            DockerPlanner planner,
            PauseContainers pauses,
            TaskCgroups cgroups) {
        this.client = client;
        this.settings = settings;
        this.planner = planner;
        this.pauses = pauses;
        this.cgroups = cgroups;
        volumes = new DockerVolumes(client, settings.agentId());
    }

    /**
     * Makes a container that does not run yet.
     *
     * @return its id
     */
    String make(AgentAction.Create order) throws IOException {
        AcsTask task = order.task();
        AcsContainer container = order.container();
        requireGpuRuntime(ResourcePlan.gpus(task, container));
        volumes.create(task);
        PortPlan ports = PortPlan.of(container, hostPorts);
        if (ports.hasRanges()) {
            movable.put(order.key(), order);
        }
        String cgroupParent = cgroups.provide(task);
        String pauseId = pauses.provide(task, cgroupParent);
        var frame = new DockerPlanner.Frame(pauseId, cgroupParent);
        try {
            CreateContainerResponse made =
                    planner.plan(client, task, container, ports, frame).exec();
            warn(order.key(), made.getWarnings());
            return made.getId();
        } catch (ConflictException there) {
            return ownContainerNamed(ContainerNames.container(task, container.name()), there);
        }
    }

    /** What the engine left out, such as a limit of swap on a kernel that does not count it. */
    private static void warn(ContainerKey key, String[] warnings) {
        for (String warning : warnings == null ? new String[0] : warnings) {
            log.atWarn()
                    .addKeyValue("task", key.taskArn())
                    .addKeyValue("container", key.containerName())
                    .addKeyValue("warning", warning)
                    .log("engine warns");
        }
    }

    private void requireGpuRuntime(List<String> gpus) {
        if (gpus.isEmpty()) {
            return;
        }
        Map<String, RuntimeInfo> runtimes = client.infoCmd().exec().getRuntimes();
        if (runtimes == null || !runtimes.containsKey(NVIDIA)) {
            throw new EngineException(
                    "CannotCreateContainerError",
                    "the container needs the GPUs "
                            + String.join(", ", gpus)
                            + ", but the engine has no runtime nvidia; install the NVIDIA Container"
                            + " Toolkit and configure the engine for it");
        }
    }

    /** The same order was carried out before, and its answer was lost. */
    private String ownContainerNamed(String name, ConflictException conflict) {
        InspectContainerResponse seen = client.inspectContainerCmd(name).exec();
        Map<String, String> labels = seen.getConfig().getLabels();
        if (labels == null || !settings.agentId().equals(labels.get(DockerLabels.AGENT))) {
            throw conflict;
        }
        return seen.getId();
    }

    /**
     * Lets a container run. One whose row of ports was taken in the meantime is made again with
     * other ports; so its id may change.
     *
     * @return the id of the container that runs
     */
    String start(ContainerKey key, String runtimeId) throws IOException {
        String id = runtimeId;
        for (int attempt = 1; ; attempt++) {
            try {
                client.startContainerCmd(id).exec();
                movable.remove(key);
                return id;
            } catch (NotModifiedException runsAlready) {
                log.atDebug().addKeyValue("id", id).log("already runs");
                movable.remove(key);
                return id;
            } catch (DockerException failure) {
                AgentAction.Create order = movable.get(key);
                if (order == null
                        || attempt == PORT_ATTEMPTS
                        || !DockerErrors.saysPortTaken(failure)) {
                    movable.remove(key);
                    throw failure;
                }
                log.atInfo()
                        .addKeyValue("task", key.taskArn())
                        .addKeyValue("container", key.containerName())
                        .log("a port of the chosen range was taken, choosing others");
                remove(id);
                id = make(order);
            }
        }
    }

    /** Removes a container, whether it runs or not; harmless if it is gone. */
    void remove(String id) {
        try {
            client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
        } catch (NotFoundException removed) {
            log.atDebug().addKeyValue("id", id).log("already removed");
        }
    }

    /** Lets go of what only running containers need; they have all ended. */
    void release(AcsTask task) throws InterruptedException {
        if (NamespacePlan.isShared(task)) {
            pauses.remove(task.arn());
        }
        task.containers().forEach(one -> movable.remove(new ContainerKey(task.arn(), one.name())));
        cgroups.remove(task.arn());
    }

    /** Removes everything that lived as long as the task. */
    void removeAll(AcsTask task, List<String> runtimeIds) throws InterruptedException {
        runtimeIds.forEach(this::remove);
        // Also what was made after we had given up waiting for it.
        task.containers().forEach(one -> remove(ContainerNames.container(task, one.name())));
        release(task);
        volumes.remove(task);
    }

    /** Removes a container of which only the name is known, and what it leaves unused. */
    void removeStray(ContainerKey key, String runtimeId) throws InterruptedException {
        remove(runtimeId);
        if (pauses.hasNoOther(key.taskArn())) {
            pauses.remove(key.taskArn());
            cgroups.remove(key.taskArn());
        }
    }
}
