package io.gantry.control.core.reconcile;

import io.gantry.common.model.IdSource;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.ManagedNeed;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task.Container;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.Tag;

/** What the tasks of a service, or of a request, start with. */
public final class Launches {

    private Launches() {}

    /** The group of all tasks of a service. */
    public static String group(ServiceKey service) {
        return "service:" + service.name();
    }

    static Launch of(ClusterState state, Service service, TaskDefinitionRow definition) {
        var spec = service.spec();
        List<PlacementConstraint> constraints =
                Constraints.all(definition.definition(), spec.placementConstraints());
        return new Launch(
                group(service.key()),
                service.primary().id(),
                launchType(spec),
                null,
                Boolean.TRUE.equals(spec.enableExecuteCommand()),
                tags(service, definition),
                Constraints.isDistinct(constraints),
                definition.footprint(),
                Loss.of(state, service),
                Constraints.expressions(constraints));
    }

    /** What the tasks of a managed daemon start with; where they go is said with each. */
    public static Launch of(ClusterState state, ManagedNeed need) {
        ManagedDaemon daemon = need.daemon();
        ManagedRevision revision = need.revision();
        ServiceKey key = daemon.key();
        var tags = new LinkedHashMap<String, String>();
        if (revision.managedTags()) {
            tags.put("aws:ecs:clusterName", key.cluster());
            tags.put("aws:ecs:daemonName", key.plainName());
        }
        if (revision.propagatesTags()) {
            daemon.tags().forEach(tag -> tags.put(tag.key(), tag.value()));
        }
        return new Launch(
                key.name(),
                "ecs-daemon/" + revision.key().number(),
                Capacity.launchTypeOf(revision.providers().getFirst()),
                null,
                revision.executeCommand(),
                list(tags),
                false,
                need.definition().footprint(),
                Loss.of(state, key.cluster(), daemon.tags()));
    }

    /** What a service is launched as, by its strategy if it has one. */
    public static String launchType(software.amazon.awssdk.services.ecs.model.Service spec) {
        if (!spec.capacityProviderStrategy().isEmpty()) {
            return Capacity.launchTypeOf(
                    spec.capacityProviderStrategy().getFirst().capacityProvider());
        }
        return spec.launchTypeAsString() == null ? Capacity.EC2 : spec.launchTypeAsString();
    }

    /** The capacity of a task that a provider is to serve; null for nothing special. */
    static @Nullable Provision provision(
            Service service, @Nullable String provider, boolean balancing) {
        String platform = Platform.of(launchType(service.spec()), service.spec().platformVersion());
        return provider == null && platform == null && !balancing
                ? null
                : new Provision(provider, platform, balancing);
    }

    /** Tags are copied once, when a task is made; ECS's own come first. */
    private static List<Tag> tags(Service service, TaskDefinitionRow definition) {
        var tags = new LinkedHashMap<String, String>();
        if (Boolean.TRUE.equals(service.spec().enableECSManagedTags())) {
            tags.put("aws:ecs:clusterName", service.key().cluster());
            tags.put("aws:ecs:serviceName", service.key().name());
        }
        PropagateTags from = service.spec().propagateTags();
        List<Tag> propagated =
                from == PropagateTags.SERVICE
                        ? service.tags()
                        : from == PropagateTags.TASK_DEFINITION ? definition.tags() : List.of();
        propagated.forEach(tag -> tags.put(tag.key(), tag.value()));
        return list(tags);
    }

    private static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(each -> Tag.builder().key(each.getKey()).value(each.getValue()).build())
                .toList();
    }

    /**
     * The containers of a definition before anything is known of them, each with an id of its own.
     */
    public static List<Container> containers(TaskDefinitionRow definition, IdSource ids) {
        return definition.definition().containerDefinitions().stream()
                .map(each -> container(each, ids))
                .toList();
    }

    private static Container container(ContainerDefinition definition, IdSource ids) {
        return Container.placed(
                definition.name(),
                ids.uuid().toString(),
                !Boolean.FALSE.equals(definition.essential()),
                definition.healthCheck() == null ? Health.UNCHECKED : Health.UNKNOWN);
    }
}
