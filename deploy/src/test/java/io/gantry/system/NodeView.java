package io.gantry.system;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * All that a node lists, as lines of text: clusters, services, task definitions, workers, tasks.
 *
 * @param lines equal on all nodes while nothing happens
 * @param unsettled what is still on its way: tasks that are not what they are to be, services whose
 *     cluster has workers without as many tasks as desired
 */
record NodeView(Set<String> lines, Set<String> unsettled) {
    private static final int SERVICES_AT_ONCE = 10;
    private static final int TASKS_AT_ONCE = 100;

    private NodeView() {
        this(new TreeSet<>(), new TreeSet<>());
    }

    static NodeView of(EcsClient ecs) {
        var view = new NodeView();
        view.lines.addAll(
                ecs.listTaskDefinitionsPaginator(r -> {}).taskDefinitionArns().stream().toList());
        for (String cluster : ecs.listClustersPaginator(r -> {}).clusterArns()) {
            view.lines.add(cluster);
            boolean hasWorkers = view.addWorkers(ecs, cluster);
            view.addServices(ecs, cluster, hasWorkers);
            view.addTasks(ecs, cluster);
        }
        return view;
    }

    /** Returns whether there are any. */
    private boolean addWorkers(EcsClient ecs, String cluster) {
        List<String> arns =
                ecs
                        .listContainerInstancesPaginator(r -> r.cluster(cluster))
                        .containerInstanceArns()
                        .stream()
                        .toList();
        for (List<String> some : parts(arns, TASKS_AT_ONCE)) {
            ecs.describeContainerInstances(r -> r.cluster(cluster).containerInstances(some))
                    .containerInstances()
                    .forEach(worker -> lines.add(line(worker)));
        }
        return !arns.isEmpty();
    }

    private static String line(ContainerInstance worker) {
        return "%s %s connected %s, running %d"
                .formatted(
                        worker.containerInstanceArn(),
                        worker.status(),
                        worker.agentConnected(),
                        worker.runningTasksCount());
    }

    private void addServices(EcsClient ecs, String cluster, boolean hasWorkers) {
        List<String> arns =
                ecs.listServicesPaginator(r -> r.cluster(cluster)).serviceArns().stream().toList();
        for (List<String> some : parts(arns, SERVICES_AT_ONCE)) {
            for (Service service :
                    ecs.describeServices(r -> r.cluster(cluster).services(some)).services()) {
                String line = line(service);
                lines.add(line);
                if (hasWorkers && !service.runningCount().equals(service.desiredCount())) {
                    unsettled.add(line);
                }
            }
        }
    }

    private static String line(Service service) {
        return "%s %s desired %d, running %d, pending %d, %s"
                .formatted(
                        service.serviceArn(),
                        service.status(),
                        service.desiredCount(),
                        service.runningCount(),
                        service.pendingCount(),
                        service.taskDefinition());
    }

    private void addTasks(EcsClient ecs, String cluster) {
        for (DesiredStatus status : List.of(DesiredStatus.RUNNING, DesiredStatus.STOPPED)) {
            List<String> arns =
                    ecs
                            .listTasksPaginator(r -> r.cluster(cluster).desiredStatus(status))
                            .taskArns()
                            .stream()
                            .toList();
            for (List<String> some : parts(arns, TASKS_AT_ONCE)) {
                for (Task task : ecs.describeTasks(r -> r.cluster(cluster).tasks(some)).tasks()) {
                    lines.add(line(task));
                    if (!task.lastStatus().equals(task.desiredStatus())) {
                        unsettled.add(line(task));
                    }
                }
            }
        }
    }

    private static String line(Task task) {
        return "%s %s, to be %s, on %s, %s"
                .formatted(
                        task.taskArn(),
                        task.lastStatus(),
                        task.desiredStatus(),
                        task.containerInstanceArn(),
                        task.group());
    }

    private static List<List<String>> parts(List<String> all, int size) {
        return IntStream.iterate(0, from -> from < all.size(), from -> from + size)
                .mapToObj(from -> all.subList(from, Math.min(all.size(), from + size)))
                .toList();
    }

    /** The first, with what it tells otherwise than the others among the unsettled. */
    static NodeView agreed(List<NodeView> views) {
        NodeView first = views.getFirst();
        var unsettled = new TreeSet<>(first.unsettled);
        for (NodeView other : views) {
            first.lines.stream()
                    .filter(line -> !other.lines.contains(line))
                    .forEach(line -> unsettled.add("told by one node only: " + line));
            other.lines.stream()
                    .filter(line -> !first.lines.contains(line))
                    .forEach(line -> unsettled.add("not told by one node: " + line));
        }
        return new NodeView(first.lines, unsettled);
    }

    boolean isSettled() {
        return unsettled.isEmpty();
    }

    /** What matters of it in a failure. */
    @Override
    public String toString() {
        return String.join("\n", unsettled);
    }
}
