package io.gantry.control.stream;

import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.check.Check;
import io.gantry.common.model.Arn;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Container;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.Worker;
import io.gantry.control.stream.StreamAsk.Kind;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The container that a stream leads to, and where it is.
 *
 * @param node that holds the worker's connection, as far as is known
 */
record Target(WorkerId worker, String node, String taskArn, String container) {
    private static final int ID_LENGTH = 32;
    private static final int NAMED_AT_MOST = 5;

    /** Finds what is asked for, or refuses with a text that says what is in the way. */
    static Target of(ClusterState state, StreamAsk ask) {
        Realm realm = state.realm();
        if (realm == null) {
            throw new StreamRefused(
                    503, "ServerException", "The control plane has no quorum yet. Try again.");
        }
        Cluster cluster = cluster(state, ask.cluster());
        Task task = task(state, cluster.name(), ask.task());
        Container container = container(task, ask.container());
        if (ask.kind() == Kind.EXEC) {
            checkRunning(task, container);
        }
        Worker worker = worker(state, task, ask);
        return new Target(
                worker.id(),
                Check.present(worker.node(), worker),
                Arn.ecs(realm.region(), realm.account(), "task/" + task.cluster() + '/' + task.id())
                        .toString(),
                container.name());
    }

    private static Cluster cluster(ClusterState state, String given) {
        String name = given.substring(given.lastIndexOf('/') + 1);
        Cluster cluster = state.clusters().get(name);
        if (cluster == null || !cluster.active()) {
            throw StreamRefused.notFound(
                    "ClusterNotFoundException", "There is no cluster '%s'.".formatted(name));
        }
        return cluster;
    }

    private static boolean begins(Task task, String prefix) {
        return task.id().toString().startsWith(prefix);
    }

    private static Task task(ClusterState state, String cluster, String given) {
        String prefix = given.substring(given.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        if (prefix.isEmpty()
                || prefix.length() > ID_LENGTH
                || !prefix.chars().allMatch(each -> Character.digit(each, 16) >= 0)) {
            throw StreamRefused.badRequest(
                    "'%s' is not a task: an ARN, an id of 32 hex digits, or the beginning of one"
                                    .formatted(given)
                            + " is needed.");
        }
        // Ids sort as their texts do, so those that begin alike are neighbours.
        TaskId from = TaskId.parse(prefix + "0".repeat(ID_LENGTH - prefix.length()));
        List<Task> found =
                Stream.of(false, true)
                        .flatMap(
                                stopped ->
                                        state.tasksIn(cluster, stopped, from)
                                                .takeWhile(task -> begins(task, prefix)))
                        .limit(NAMED_AT_MOST + 1L)
                        .toList();
        if (found.isEmpty()) {
            throw StreamRefused.notFound(
                    "TaskNotFoundException",
                    "There is no task '%s' in the cluster %s; stopped ones are forgotten after a while."
                            .formatted(given, cluster));
        }
        if (found.size() > 1) {
            throw StreamRefused.conflict(
                    "AmbiguousTaskException",
                    "Several tasks begin with '%s': %s%s"
                            .formatted(
                                    prefix,
                                    found.stream()
                                            .limit(NAMED_AT_MOST)
                                            .map(task -> task.id().toString())
                                            .collect(Collectors.joining(", ")),
                                    found.size() > NAMED_AT_MOST ? " and others." : "."));
        }
        return found.getFirst();
    }

    /** Without a name the only one is meant, or the first essential one. */
    private static Container container(Task task, @Nullable String name) {
        List<Container> all = task.containers();
        for (Container each : all) {
            boolean meant =
                    name == null ? all.size() == 1 || each.essential() : each.name().equals(name);
            if (meant) {
                return each;
            }
        }
        String names = all.stream().map(Container::name).collect(Collectors.joining(", "));
        throw StreamRefused.notFound(
                "ContainerNotFoundException",
                name == null
                        ? "Name one of the containers: %s.".formatted(names)
                        : "The task has no container '%s', only %s.".formatted(name, names));
    }

    private static void checkRunning(Task task, Container container) {
        if (task.last() == Status.STOPPED) {
            throw StreamRefused.conflict(
                    "TaskNotRunningException",
                    "The task %s is STOPPED%s"
                            .formatted(
                                    task.id(),
                                    task.stoppedReason() == null
                                            ? "."
                                            : ": " + task.stoppedReason()));
        }
        if (container.last() != Status.RUNNING) {
            throw StreamRefused.conflict(
                    "TaskNotRunningException",
                    "The container %s of the task %s is %s, not RUNNING."
                            .formatted(container.name(), task.id(), container.last()));
        }
    }

    private static Worker worker(ClusterState state, Task task, StreamAsk ask) {
        Worker worker = state.workers().get(task.worker());
        if (worker == null || worker.status() == Worker.Status.INACTIVE) {
            throw StreamRefused.conflict(
                    "WorkerNotConnectedException",
                    "The worker %s, which the task was placed on, has been deregistered."
                            .formatted(task.worker()));
        }
        if (!worker.connected()) {
            throw StreamRefused.conflict(
                    "WorkerNotConnectedException",
                    "The worker %s, which the task is on, is not connected."
                            .formatted(worker.id()));
        }
        if (!worker.attributes().containsKey(GantryStreamMessage.CAPABILITY)) {
            throw StreamRefused.conflict(
                    "WorkerTooOldException",
                    "The agent of the worker %s does not carry streams: it is Amazon's, or an older one of Gantry."
                            .formatted(worker.id()));
        }
        if (ask.tty() && !worker.attributes().containsKey(GantryStreamMessage.TTY_CAPABILITY)) {
            throw StreamRefused.conflict(
                    "TtyNotSupportedException",
                    "The worker %s runs plain processes and has no terminals to give; ask without."
                            .formatted(worker.id()));
        }
        return worker;
    }
}
