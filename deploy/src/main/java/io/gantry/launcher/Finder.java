package io.gantry.launcher;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.Task;

/** Finds tasks and workers of a cluster by what operators call them. */
final class Finder {
    private final ClusterReader reader;
    private final String cluster;

    Finder(ClusterReader reader, String cluster) {
        this.reader = reader;
        this.cluster = cluster;
    }

    /** The task, running or stopped, whose ARN or id this is, or the beginning of its id. */
    Task task(String given) {
        String arn = given;
        if (!Names.isWholeId(given)) {
            List<String> all = new ArrayList<>(arns(DesiredStatus.RUNNING));
            all.addAll(arns(DesiredStatus.STOPPED));
            arn = Names.find("task", given, all);
        }
        List<Task> found = arn == null ? List.of() : reader.describedTasks(cluster, List.of(arn));
        if (found.isEmpty()) {
            throw new Failure(
                    "There is no task '%s' in the cluster %s; stopped ones are forgotten after a while."
                            .formatted(given, StatusReport.shortName(cluster)));
        }
        return found.getFirst();
    }

    private List<String> arns(DesiredStatus status) {
        return reader.taskArns(
                ListTasksRequest.builder().cluster(cluster).desiredStatus(status).build());
    }

    /** The worker whose ARN, id or name this is, or the beginning of its id. */
    ContainerInstance worker(String given) {
        List<String> arns = reader.workerArns(cluster);
        String arn = Names.find("worker", given, arns);
        if (arn != null) {
            return reader.describedWorkers(cluster, List.of(arn)).getFirst();
        }
        ContainerInstance named = named(given, reader.describedWorkers(cluster, arns));
        if (named == null) {
            throw new Failure(
                    "There is no worker '%s' in the cluster %s; \"gantry workers\" lists them."
                            .formatted(given, StatusReport.shortName(cluster)));
        }
        return named;
    }

    private static @Nullable ContainerInstance named(String name, List<ContainerInstance> workers) {
        return workers.stream()
                .filter(worker -> StatusReport.name(worker).equals(name))
                .findFirst()
                .orElse(null);
    }
}
