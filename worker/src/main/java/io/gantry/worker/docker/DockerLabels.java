package io.gantry.worker.docker;

import io.gantry.worker.core.ContainerKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Labels by which containers tell whose they are. */
final class DockerLabels {
    static final String PREFIX = "io.gantry.";
    static final String AGENT = "io.gantry.agent";
    static final String REPORTS_HEALTH = "io.gantry.reports-health";

    /** Mapped ports of a container in the machine's own network, as in {@code 80/tcp,53/udp}. */
    static final String HOST_PORTS = "io.gantry.host-ports";

    static final String TASK_ARN = "com.amazonaws.ecs.task-arn";
    static final String CONTAINER_NAME = "com.amazonaws.ecs.container-name";
    static final String FAMILY = "com.amazonaws.ecs.task-definition-family";
    static final String VERSION = "com.amazonaws.ecs.task-definition-version";
    static final String CLUSTER = "com.amazonaws.ecs.cluster";

    private DockerLabels() {}

    static @Nullable ContainerKey key(Map<String, String> labels) {
        String taskArn = labels.get(TASK_ARN);
        String name = labels.get(CONTAINER_NAME);
        return taskArn == null || name == null ? null : new ContainerKey(taskArn, name);
    }
}
