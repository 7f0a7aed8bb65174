package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.runtime.ContainerNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers that do nothing but hold the namespaces which the containers of a task share. They
 * come before the first and go after the last container of their task, and nobody is told of them.
 */
final class PauseContainers {
    private static final Logger log = LoggerFactory.getLogger(PauseContainers.class);

    /** The name that Amazon's agent uses. */
    static final String NAME = "~internal~ecs~pause~namespace";

    private final DockerClient client;
    private final DockerSettings settings;

    PauseContainers(DockerClient client, DockerSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /**
     * Makes sure that the shared namespaces of {@code task} are there.
     *
     * @return the running container that holds them; null if the task shares none
     */
    @Nullable String provide(AcsTask task, @Nullable String cgroupParent) {
        if (!NamespacePlan.isShared(task)) {
            return null;
        }
        String name = ContainerNames.container(task, NAME);
        String id = find(name);
        if (id == null) {
            PauseImage.provide(client);
            id = create(task, name, cgroupParent);
        }
        try {
            client.startContainerCmd(id).exec();
        } catch (NotModifiedException runsAlready) {
            log.atTrace().addKeyValue("id", id).log("namespaces are held already");
        }
        return id;
    }

    private @Nullable String find(String name) {
        try {
            return client.inspectContainerCmd(name).exec().getId();
        } catch (NotFoundException missing) {
            return null;
        }
    }

    private String create(AcsTask task, String name, @Nullable String cgroupParent) {
        HostConfig host =
                HostConfig.newHostConfig()
                        .withNetworkMode("none")
                        .withReadonlyRootfs(true)
                        .withCapDrop(Capability.ALL)
                        .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE));
        if (cgroupParent != null) {
            host.withCgroupParent(cgroupParent);
        }
        if (NamespacePlan.sharesIpc(task)) {
            host.withIpcMode("shareable");
            Long shared = sharedMemory(task);
            if (shared != null) {
                host.withShmSize(shared);
            }
        }
        try {
            return client.createContainerCmd(PauseImage.NAME)
                    .withName(name)
                    .withEntrypoint(PauseImage.PROGRAM)
                    .withHostConfig(host)
                    .withLabels(DockerLabels.of(settings, task, NAME))
                    .exec()
                    .getId();
        } catch (ConflictException another) {
            // Another container of the task is being made at the same time.
            String there = find(name);
            if (there == null) {
                throw another;
            }
            return there;
        }
    }

    /** The shared memory belongs to whoever holds the namespace, so it gets what most is asked. */
    private static @Nullable Long sharedMemory(AcsTask task) {
        return task.containers().stream()
                .map(container -> DockerConfigMerge.of(container).sharedMemoryBytes())
                .filter(size -> size > 0)
                .max(Long::compare)
                .orElse(null);
    }

    /** Ends those of a task. */
    void remove(String taskArn) {
        list(Map.of(DockerLabels.TASK_ARN, taskArn)).forEach(one -> remove(one));
    }

    /** Ends those whose tasks have no other container: nobody would do it later. */
    void removeLonely() {
        for (Container pause : list(Map.of())) {
            String task = String.valueOf(pause.getLabels().get(DockerLabels.TASK_ARN));
            if (hasNoOther(task)) {
                remove(pause);
            }
        }
    }

    /** Whether nothing but a pause container is left of a task. */
    boolean hasNoOther(String taskArn) {
        return client
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(labels(Map.of(DockerLabels.TASK_ARN, taskArn)))
                .exec()
                .stream()
                .allMatch(one -> NAME.equals(one.getLabels().get(DockerLabels.CONTAINER_NAME)));
    }

    private List<Container> list(Map<String, String> more) {
        List<String> labels = new ArrayList<>(labels(more));
        labels.add(DockerLabels.CONTAINER_NAME + '=' + NAME);
        return client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec();
    }

    private List<String> labels(Map<String, String> more) {
        List<String> labels = new ArrayList<>();
        labels.add(DockerLabels.AGENT + '=' + settings.agentId());
        more.forEach((name, value) -> labels.add(name + '=' + value));
        return labels;
    }

    private void remove(Container pause) {
        try {
            client.removeContainerCmd(pause.getId()).withForce(true).exec();
        } catch (NotFoundException gone) {
            log.atTrace().addKeyValue("id", pause.getId()).log("already removed");
        } catch (DockerException refused) {
            // Podman keeps it as long as stopped containers of the task refer to it.
            log.atDebug().setCause(refused).addKeyValue("id", pause.getId()).log("only ended");
            end(pause.getId());
        }
    }

    private void end(String id) {
        try {
            client.killContainerCmd(id).exec();
        } catch (DockerException endedAlready) {
            log.atDebug().setCause(endedAlready).addKeyValue("id", id).log("not running");
        }
    }
}
