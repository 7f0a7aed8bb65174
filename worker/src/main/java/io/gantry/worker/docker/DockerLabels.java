package io.gantry.worker.docker;

import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.ContainerKey;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Labels by which containers tell whose they are. */
final class DockerLabels {
    static final String PREFIX = "io.gantry.";
    static final String AGENT = "io.gantry.agent";
    static final String REPORTS_HEALTH = "io.gantry.reports-health";

    /** Mapped ports of a container in the machine's own network, as in {@code 80/tcp,53/udp}. */
    static final String HOST_PORTS = "io.gantry.host-ports";

    /** Ports of a container that were mapped as ranges, as in {@code 8000-8010/tcp}. */
    static final String PORT_RANGES = "io.gantry.port-ranges";

    static final String TASK_ARN = "com.amazonaws.ecs.task-arn";
    static final String CONTAINER_NAME = "com.amazonaws.ecs.container-name";
    static final String FAMILY = "com.amazonaws.ecs.task-definition-family";
    static final String VERSION = "com.amazonaws.ecs.task-definition-version";
    static final String CLUSTER = "com.amazonaws.ecs.cluster";

    /** Begins the names of containers that no task definition knows of. */
    private static final String INTERNAL = "~internal~";

    private DockerLabels() {}

    /** What every container of a task carries. */
    static Map<String, String> of(DockerSettings settings, AcsTask task, String containerName) {
        Map<String, String> labels = new TreeMap<>();
        labels.put(AGENT, settings.agentId());
        labels.put(TASK_ARN, task.arn());
        labels.put(CONTAINER_NAME, containerName);
        labels.put(FAMILY, Objects.requireNonNullElse(task.family(), ""));
        labels.put(VERSION, Objects.requireNonNullElse(task.version(), ""));
        labels.put(CLUSTER, settings.cluster());
        return labels;
    }

    /** Which container of which task this is; null if it is none that a task definition names. */
    static @Nullable ContainerKey key(Map<String, String> labels) {
        String taskArn = labels.get(TASK_ARN);
        String name = labels.get(CONTAINER_NAME);
        return taskArn == null || name == null || name.startsWith(INTERNAL)
                ? null
                : new ContainerKey(taskArn, name);
    }
}
