package io.gantry.control.api;

import io.gantry.common.model.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/** What agents must be able to do for a task, as the attributes by which they say so. */
final class Capabilities {
    /** An image of this name stands for the machine itself: the command runs as its process. */
    static final String HOST_IMAGE = ImageReference.HOST;

    private static final String PROCESS_ENGINE = "gantry.capability.process-engine";
    private static final String AMAZON = "com.amazonaws.ecs.capability.";
    private static final String REMOTE_API = AMAZON + "docker-remote-api.1.18";
    private static final String TASK_ROLE = AMAZON + "task-iam-role";

    /**
     * Told, but not asked of machines: one without a container runtime must be able to receive any
     * task, to fail it with an error that says so; and credentials are not vended by agents.
     */
    private static final Set<String> TOLD_ONLY = Set.of(REMOTE_API, TASK_ROLE);

    private Capabilities() {}

    /** What a description of the definition shows. */
    static List<String> required(TaskDefinition definition) {
        var names = new TreeSet<String>();
        for (ContainerDefinition container : definition.containerDefinitions()) {
            names.add(HOST_IMAGE.equals(container.image()) ? PROCESS_ENGINE : REMOTE_API);
            if (Boolean.TRUE.equals(container.privileged())) {
                names.add(AMAZON + "privileged-container");
            }
            if (container.logConfiguration() != null) {
                names.add(
                        AMAZON
                                + "logging-driver."
                                + container.logConfiguration().logDriverAsString());
            }
            if (!container.dependsOn().isEmpty()) {
                names.add("ecs.capability.container-ordering");
            }
            if (container.healthCheck() != null) {
                names.add("ecs.capability.container-health-check");
            }
        }
        if (definition.taskRoleArn() != null) {
            names.add(TASK_ROLE);
        }
        return List.copyOf(names);
    }

    /** What a machine must have for its task to be placed there. */
    static List<String> forPlacement(TaskDefinition definition) {
        var names = new ArrayList<>(required(definition));
        names.removeAll(TOLD_ONLY);
        return names;
    }
}
