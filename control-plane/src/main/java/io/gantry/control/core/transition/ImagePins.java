package io.gantry.control.core.transition;

import io.gantry.common.model.ImageReference;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.VersionConsistency;

/**
 * Which images a deployment should keep as its first task has found them.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability">Container
 *     image resolution</a>
 */
final class ImagePins {

    private final Edit edit;

    ImagePins(Edit edit) {
        this.edit = edit;
    }

    /**
     * The first digest of an image that a task of a deployment reports is that of all later ones.
     */
    void learn(Task task, List<ContainerSeen> containers) {
        ServiceKey key = task.service();
        if (key == null || containers.stream().allMatch(each -> each.imageDigest() == null)) {
            return;
        }
        if (key.isDaemon()) {
            TaskDefinitionRow tasks = edit.taskDefinitionRows.get(task.taskDefinition());
            if (tasks != null) {
                edit.managed().pin(task, found(tasks.definition(), containers));
            }
            return;
        }
        Service service = edit.serviceRows.get(key);
        Deployment deployment = service == null ? null : service.deployment(task.deployment());
        TaskDefinitionRow row = edit.taskDefinitionRows.get(task.taskDefinition());
        // As in ECS, task sets resolve their images for each task anew.
        if (service == null || deployment == null || deployment.set() != null || row == null) {
            return;
        }
        Map<String, String> found = found(row.definition(), containers);
        if (!deployment.imageDigests().keySet().containsAll(found.keySet())) {
            Deployment pinned = deployment.pinning(found);
            edit.serviceRows.put(service.key(), service.changing(deployment.number(), _ -> pinned));
            edit.services().releases().pinned(service.key(), pinned);
        }
    }

    private static Map<String, String> found(
            TaskDefinition definition, List<ContainerSeen> containers) {
        var found = new TreeMap<String, String>();
        for (ContainerSeen seen : containers) {
            String digest = seen.imageDigest();
            if (digest != null
                    && ImageReference.isDigest(digest)
                    && definition.containerDefinitions().stream()
                            .anyMatch(each -> isPinned(each, seen.name()))) {
                found.put(seen.name(), digest);
            }
        }
        return found;
    }

    /** An image that is named by its content cannot change, and the machine itself is no image. */
    private static boolean isPinned(ContainerDefinition container, String name) {
        return container.name().equals(name)
                && container.versionConsistency() != VersionConsistency.DISABLED
                && !container.image().equals(ImageReference.HOST)
                && ImageReference.parse(container.image()).digest() == null;
    }
}
