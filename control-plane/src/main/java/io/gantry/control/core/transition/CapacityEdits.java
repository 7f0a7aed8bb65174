package io.gantry.control.core.transition;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command.CreateCapacityProvider;
import io.gantry.control.core.command.Command.DeleteCapacityProvider;
import io.gantry.control.core.command.Command.SetClusterCapacity;
import io.gantry.control.core.command.Command.UpdateCapacityProvider;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.Service;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProvider;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProviderUpdate;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.ManagedScaling;

/**
 * Changes to capacity providers and to what clusters have of them. Where the texts of ECS are not
 * documented they are those that users report.
 */
final class CapacityEdits {
    private static final long INACTIVE_KEPT_MILLIS = 60L * 60 * 1000;

    private final Edit edit;

    CapacityEdits(Edit edit) {
        this.edit = edit;
    }

    Reply create(CreateCapacityProvider create) {
        if (active(create.spec().name()) != null) {
            return refused(
                    "The specified capacity provider already exists. To change the configuration"
                            + " of an existing capacity provider, update the capacity provider.");
        }
        edit.capacityProviderRows.put(
                create.spec().name(), CapacityProvider.created(create.spec()));
        return Edit.done();
    }

    Reply update(UpdateCapacityProvider update) {
        CapacityProvider known = active(update.name());
        if (known == null) {
            return unknown();
        }
        AutoScalingGroupProvider group = known.spec().autoScalingGroupProvider();
        if (group == null) {
            return refused(
                    "The capacity provider has no Auto Scaling group that could be updated.");
        }
        edit.capacityProviderRows.put(
                known.name(),
                known.with(
                        known.spec().toBuilder()
                                .autoScalingGroupProvider(merged(group, update.change()))
                                .build()));
        return Edit.done();
    }

    private static AutoScalingGroupProvider merged(
            AutoScalingGroupProvider before, AutoScalingGroupProviderUpdate change) {
        AutoScalingGroupProvider.Builder merged = before.toBuilder();
        if (change.managedScaling() != null) {
            merged.managedScaling(merged(before.managedScaling(), change.managedScaling()));
        }
        if (change.managedTerminationProtection() != null) {
            merged.managedTerminationProtection(change.managedTerminationProtection());
        }
        if (change.managedDraining() != null) {
            merged.managedDraining(change.managedDraining());
        }
        return merged.build();
    }

    private static ManagedScaling merged(ManagedScaling before, ManagedScaling change) {
        ManagedScaling.Builder merged = before.toBuilder();
        if (change.status() != null) {
            merged.status(change.status());
        }
        if (change.targetCapacity() != null) {
            merged.targetCapacity(change.targetCapacity());
        }
        if (change.minimumScalingStepSize() != null) {
            merged.minimumScalingStepSize(change.minimumScalingStepSize());
        }
        if (change.maximumScalingStepSize() != null) {
            merged.maximumScalingStepSize(change.maximumScalingStepSize());
        }
        if (change.instanceWarmupPeriod() != null) {
            merged.instanceWarmupPeriod(change.instanceWarmupPeriod());
        }
        return merged.build();
    }

    /** One that a cluster has is in use, whether tasks run on it or not. */
    Reply delete(DeleteCapacityProvider delete) {
        CapacityProvider known = active(delete.name());
        if (known == null) {
            return unknown();
        }
        Cluster user =
                edit.before
                        .clusters()
                        .values()
                        .filter(Cluster::active)
                        .filter(each -> each.spec().capacityProviders().contains(known.name()))
                        .findFirst()
                        .orElse(null);
        if (user != null) {
            return refused(
                    "The capacity provider cannot be deleted because it is associated with cluster"
                            + " '"
                            + user.name()
                            + "'. Remove the capacity provider from the cluster and try again.");
        }
        edit.capacityProviderRows.put(known.name(), known.deleted());
        edit.due(INACTIVE_KEPT_MILLIS, Deadline.Kind.FORGET_CAPACITY_PROVIDER, known.name());
        return Edit.done();
    }

    void forget(String name) {
        CapacityProvider known = edit.capacityProviderRows.get(name);
        if (known != null && !known.active()) {
            edit.capacityProviderRows.remove(name);
        }
    }

    Reply set(SetClusterCapacity set) {
        Cluster cluster = edit.activeCluster(set.cluster());
        if (cluster == null) {
            return Edit.noCluster();
        }
        var spec =
                cluster.spec().toBuilder()
                        .capacityProviders(set.providers())
                        .defaultCapacityProviderStrategy(set.strategy())
                        .build();
        Refused wrong = refusal(spec);
        if (wrong != null) {
            return wrong;
        }
        List<String> removed =
                cluster.spec().capacityProviders().stream()
                        .filter(each -> !set.providers().contains(each))
                        .toList();
        if (!removed.isEmpty() && isUsed(cluster.name(), removed)) {
            return Edit.refused(
                    Cause.RESOURCE_IN_USE,
                    "The specified capacity provider is in use and cannot be removed.");
        }
        edit.clusterRows.put(cluster.name(), cluster.with(spec));
        return Edit.done();
    }

    /** Looks at all living tasks, which nothing but this rare change has to do. */
    private boolean isUsed(String cluster, List<String> providers) {
        boolean byServices =
                edit.before
                        .servicesOf(cluster)
                        .filter(Service::active)
                        .flatMap(CapacityEdits::strategies)
                        .anyMatch(item -> providers.contains(item.capacityProvider()));
        return byServices
                || edit.managed().uses(cluster, providers)
                || edit.before
                        .aliveIn(cluster)
                        .map(task -> task.provision().provider())
                        .anyMatch(provider -> provider != null && providers.contains(provider));
    }

    /** Its own, and those of its task sets. */
    private static Stream<CapacityProviderStrategyItem> strategies(Service service) {
        return Stream.concat(
                service.spec().capacityProviderStrategy().stream(),
                service.deployments().stream()
                        .flatMap(each -> Stream.ofNullable(each.set()))
                        .flatMap(set -> set.spec().capacityProviderStrategy().stream()));
    }

    /** What is wrong with the capacity that a cluster is to have; null for nothing. */
    @Nullable Refused refusal(software.amazon.awssdk.services.ecs.model.Cluster spec) {
        for (String name : spec.capacityProviders()) {
            if (!Capacity.isFargate(name) && active(name) == null) {
                return Edit.refused(
                        Cause.INVALID_PARAMETER,
                        "The specified capacity provider '"
                                + name
                                + "' was not found. Specify a valid capacity provider and try"
                                + " again.");
            }
        }
        return refusal(spec.capacityProviders(), spec.defaultCapacityProviderStrategy());
    }

    /** What is wrong with the strategy of a service in its cluster; null for nothing. */
    @Nullable Refused refusal(
            String cluster, software.amazon.awssdk.services.ecs.model.Service spec) {
        return refusal(cluster, spec.capacityProviderStrategy());
    }

    @Nullable Refused refusal(String cluster, List<CapacityProviderStrategyItem> strategy) {
        return refusal(edit.cluster(cluster).spec().capacityProviders(), strategy);
    }

    private static @Nullable Refused refusal(
            List<String> providers, List<CapacityProviderStrategyItem> strategy) {
        boolean known =
                strategy.stream().allMatch(item -> providers.contains(item.capacityProvider()));
        return known
                ? null
                : Edit.refused(
                        Cause.INVALID_PARAMETER,
                        "The specified capacity provider strategy cannot contain a capacity"
                                + " provider that is not associated with the cluster. Associate the"
                                + " capacity provider with the cluster and try again.");
    }

    /** Whether a task may still be placed so: its provider may have been removed meanwhile. */
    boolean isUsable(String cluster, Provision provision) {
        String provider = provision.provider();
        return provider == null
                || edit.cluster(cluster).spec().capacityProviders().contains(provider);
    }

    private @Nullable CapacityProvider active(String name) {
        CapacityProvider known = edit.capacityProviderRows.get(name);
        return known == null || !known.active() ? null : known;
    }

    private static Refused unknown() {
        return refused(
                "The specified capacity provider does not exist. Specify a valid name or ARN and"
                        + " try again.");
    }

    private static Refused refused(String message) {
        return Edit.refused(Cause.CAPACITY_PROVIDER, message);
    }
}
