package io.gantry.control.api;

import io.gantry.common.model.Arn;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ecs.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.ecs.model.Tag;

/** Finds the tags of a resource by its full name. */
final class TagLookup {
    private final Quorum quorum;

    TagLookup(Quorum quorum) {
        this.quorum = quorum;
    }

    ListTagsForResourceResponse list(ListTagsForResourceRequest request) {
        ClusterState state = quorum.fresh();
        String given = request.resourceArn();
        Arn arn = Arn.parse(given);
        if (arn == null || !arn.service().equals("ecs")) {
            throw malformed();
        }
        var refs = new Refs(Names.of(state));
        String cluster = arn.resourceName().replaceFirst("/.*", "");
        List<Tag> tags =
                switch (arn.resourceType()) {
                    case "cluster" -> tags(state.clusters().get(refs.clusterName(given)));
                    case "capacity-provider" ->
                            tags(state.capacityProviders().get(refs.capacityProvider(given)));
                    case "task-definition" -> tags(refs.find(state, refs.definition(given)));
                    case "daemon-task-definition" ->
                            tags(new DaemonRefs(state).definition(state, given));
                    case "daemon" -> new DaemonRefs(state).present(state, given).tags();
                    case "service" -> tags(state.services().get(refs.service(cluster, given)));
                    case "task" -> tags(state, refs.task(cluster, given));
                    case "container-instance" -> tags(state, refs.instance(cluster, given));
                    default -> throw malformed();
                };
        if (tags == null) {
            throw ApiErrors.invalid("The specified resource was not found: " + given);
        }
        return ListTagsForResourceResponse.builder().tags(tags).build();
    }

    private static RuntimeException malformed() {
        return ApiErrors.invalid("The ARN provided is invalid.");
    }

    private static @Nullable List<Tag> tags(@Nullable Cluster cluster) {
        if (cluster == null) {
            throw ApiErrors.noCluster();
        }
        if (!cluster.active()) {
            throw ApiErrors.invalid(
                    "The specified cluster is inactive. Specify an active cluster and try again.");
        }
        return cluster.spec().tags();
    }

    private static @Nullable List<Tag> tags(@Nullable CapacityProvider row) {
        return row == null ? null : row.spec().tags();
    }

    private static @Nullable List<Tag> tags(@Nullable ManagedDefinition row) {
        return row == null ? null : row.tags();
    }

    private static @Nullable List<Tag> tags(@Nullable TaskDefinitionRow row) {
        return row == null ? null : row.tags();
    }

    private static @Nullable List<Tag> tags(@Nullable Service service) {
        return service == null ? null : service.tags();
    }

    private static @Nullable List<Tag> tags(ClusterState state, @Nullable TaskId id) {
        Task task = id == null ? null : state.tasks().get(id);
        return task == null ? null : task.tags();
    }

    private static @Nullable List<Tag> tags(ClusterState state, @Nullable WorkerId id) {
        Worker worker = id == null ? null : state.workers().get(id);
        return worker == null ? null : worker.tags();
    }
}
