package io.gantry.control.api;

import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Service.LifeStatus;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;

/** Clusters as ECS describes them. */
final class ClusterView {
    static final Set<ClusterField> EVERYTHING =
            Set.copyOf(
                    EnumSet.of(
                            ClusterField.TAGS, ClusterField.SETTINGS, ClusterField.CONFIGURATIONS));

    private static final List<String> LAUNCH_TYPES = List.of("EC2", "FARGATE", "EXTERNAL");

    private final ClusterState state;
    private final Names names;

    ClusterView(ClusterState state) {
        this.state = state;
        this.names = Names.of(state);
    }

    software.amazon.awssdk.services.ecs.model.Cluster of(
            Cluster cluster, Set<ClusterField> include) {
        var spec = cluster.spec();
        return software.amazon.awssdk.services.ecs.model.Cluster.builder()
                .clusterArn(names.cluster(cluster.name()))
                .clusterName(cluster.name())
                .status(cluster.active() ? "ACTIVE" : "INACTIVE")
                .registeredContainerInstancesCount(cluster.instances())
                .runningTasksCount(cluster.running())
                .pendingTasksCount(cluster.pending())
                .activeServicesCount(cluster.services())
                .statistics(
                        include.contains(ClusterField.STATISTICS) ? statistics(cluster) : List.of())
                .tags(include.contains(ClusterField.TAGS) ? spec.tags() : List.of())
                .settings(include.contains(ClusterField.SETTINGS) ? spec.settings() : List.of())
                .configuration(
                        include.contains(ClusterField.CONFIGURATIONS) ? spec.configuration() : null)
                .capacityProviders(spec.capacityProviders())
                .defaultCapacityProviderStrategy(spec.defaultCapacityProviderStrategy())
                // Nothing has to be set up for a provider, so this is never in progress.
                .attachmentsStatus(
                        include.contains(ClusterField.ATTACHMENTS)
                                        && !spec.capacityProviders().isEmpty()
                                ? "UPDATE_COMPLETE"
                                : null)
                .build();
    }

    private List<KeyValuePair> statistics(Cluster cluster) {
        List<Task> tasks =
                Stream.concat(
                                state.aliveIn(cluster.name()),
                                state.jobs().waitingIn(cluster.name()).map(Job::shown))
                        .toList();
        List<Service> services = state.servicesOf(cluster.name()).toList();
        var statistics = new ArrayList<KeyValuePair>();
        for (String type : LAUNCH_TYPES) {
            String label = label(type);
            add(statistics, "running" + label + "TasksCount", tasks(tasks, type, Status.RUNNING));
            add(statistics, "pending" + label + "TasksCount", tasks(tasks, type, Status.PENDING));
        }
        for (String type : LAUNCH_TYPES) {
            String label = label(type);
            long active = services(services, type, LifeStatus.ACTIVE);
            long draining = services(services, type, LifeStatus.DRAINING);
            add(statistics, "active" + label + "ServiceCount", active);
            add(statistics, "draining" + label + "ServiceCount", draining);
        }
        return statistics;
    }

    private static String label(String launchType) {
        return switch (launchType) {
            case "FARGATE" -> "Fargate";
            case "EXTERNAL" -> "External";
            default -> launchType;
        };
    }

    private static long tasks(List<Task> tasks, String launchType, Status status) {
        return tasks.stream()
                .filter(task -> task.last() == status && task.launchType().equals(launchType))
                .count();
    }

    private static long services(List<Service> services, String launchType, LifeStatus status) {
        return services.stream()
                .filter(service -> service.status() == status)
                .filter(service -> launchType.equals(Launches.launchType(service.spec())))
                .count();
    }

    private static void add(List<KeyValuePair> statistics, String name, long value) {
        statistics.add(KeyValuePair.builder().name(name).value(Long.toString(value)).build());
    }
}
