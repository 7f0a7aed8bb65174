package io.gantry.control.core.tagging;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Taggable;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.core.state.Worker;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * The tags of a resource.
 *
 * @param refusal why they cannot be changed, or null; {@link Cause#CLUSTER_NOT_FOUND} or {@link
 *     Cause#RESOURCE_NOT_FOUND} if there is no such resource. Of the texts users report the one for
 *     clusters; the others are made alike.
 */
public record Tagged(List<Tag> tags, @Nullable Refused refusal) {

    public static Tagged of(ClusterState state, Taggable resource) {
        String name = resource.name();
        return switch (resource.kind()) {
            case CLUSTER -> of(state.clusters().get(name));
            case SERVICE -> of(state.services().get(ServiceKey.parse(name)));
            case TASK -> of(state.described(TaskId.parse(name)));
            case TASK_DEFINITION -> of(state.taskDefinitions().get(TaskDefinitionKey.parse(name)));
            case CONTAINER_INSTANCE -> of(state.workers().get(WorkerId.parse(name)));
            case CAPACITY_PROVIDER -> of(state.capacityProviders().get(name));
            case TASK_SET -> of(set(state, resource));
            case DAEMON -> of(state.managed().daemons().get(ServiceKey.parse(name)));
            case DAEMON_TASK_DEFINITION ->
                    of(state.managed().definitions().get(TaskDefinitionKey.parse(name)));
        };
    }

    private static @Nullable TaskSet set(ClusterState state, Taggable resource) {
        Service service = state.services().get(resource.serviceOfSet());
        Deployment found = service == null ? null : service.deployment(resource.numberOfSet());
        return found == null ? null : found.set();
    }

    private static Tagged unknown() {
        return new Tagged(
                List.of(),
                new Refused(Cause.RESOURCE_NOT_FOUND, "The specified resource wasn't found."));
    }

    private static Tagged of(@Nullable Cluster row) {
        return row == null
                ? new Tagged(List.of(), new Refused(Cause.CLUSTER_NOT_FOUND, "Cluster not found."))
                : new Tagged(row.spec().tags(), unless(row.active(), "cluster"));
    }

    private static Tagged of(@Nullable Service row) {
        return row == null
                ? unknown()
                : new Tagged(
                        row.tags(), unless(row.status() != Service.LifeStatus.INACTIVE, "service"));
    }

    private static Tagged of(@Nullable Task row) {
        return row == null
                ? unknown()
                : new Tagged(
                        row.tags(),
                        row.alive()
                                ? null
                                : new Refused(
                                        Cause.INVALID_PARAMETER,
                                        "The specified task is stopped. Specify a running task and"
                                                + " try again."));
    }

    private static Tagged of(@Nullable TaskDefinitionRow row) {
        return row == null
                ? unknown()
                : new Tagged(row.tags(), unless(row.active(), "task definition"));
    }

    private static Tagged of(@Nullable Worker row) {
        return row == null
                ? unknown()
                : new Tagged(
                        row.tags(),
                        unless(row.status() != Worker.Status.INACTIVE, "container instance"));
    }

    private static Tagged of(@Nullable CapacityProvider row) {
        return row == null
                ? unknown()
                : new Tagged(row.spec().tags(), unless(row.active(), "capacity provider"));
    }

    private static Tagged of(@Nullable TaskSet row) {
        return row == null
                ? unknown()
                : new Tagged(row.tags(), unless(!row.draining(), "task set"));
    }

    private static Tagged of(@Nullable ManagedDaemon row) {
        return row == null ? unknown() : new Tagged(row.tags(), unless(row.active(), "daemon"));
    }

    private static Tagged of(@Nullable ManagedDefinition row) {
        return row == null
                ? unknown()
                : new Tagged(row.tags(), unless(row.active(), "daemon task definition"));
    }

    private static @Nullable Refused unless(boolean active, String what) {
        return active
                ? null
                : new Refused(
                        Cause.INVALID_PARAMETER,
                        "The specified %s is inactive. Specify an active %s and try again."
                                .formatted(what, what));
    }
}
