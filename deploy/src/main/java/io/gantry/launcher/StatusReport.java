package io.gantry.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.Resource;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Task;

/** An installation in a few tables. */
final class StatusReport {
    private final Session session;
    private final Installation installation;

    StatusReport(Session session) {
        this.session = session;
        installation = session.installation();
    }

    String text() {
        var text = new StringBuilder();
        text.append(processes());
        text.append(level());
        append(text, Healing.table(installation.layout()));
        Member talker = firstWithLeader();
        if (talker == null) {
            return text.append("\nNo node has a leader, so there is nothing to tell of tasks.\n")
                    .toString();
        }
        var reader = new ClusterReader(session.api());
        for (String arn : reader.clusters()) {
            String cluster = shortName(arn);
            append(text, workers(cluster, reader.workers(cluster)));
            append(text, services(cluster, reader.services(cluster)));
            append(text, tasks(cluster, reader.tasks(cluster, null), reader.workers(cluster)));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Table table) {
        if (!table.isEmpty()) {
            text.append(System.lineSeparator()).append(table);
        }
    }

    private @Nullable Member firstWithLeader() {
        for (Member node : session.supervisor().running(installation.controlPlane())) {
            NodeStatus status = session.pages().status(node);
            if (status != null && status.leader() != null) {
                return node;
            }
        }
        return null;
    }

    /** What the installation does, and what it could do if all nodes knew. */
    private String level() {
        var known = new ArrayList<String>();
        Integer level = null;
        for (Member node : session.supervisor().running(installation.controlPlane())) {
            NodeStatus status = session.pages().status(node);
            if (status != null && status.level() != null) {
                level = status.level();
                known.add(
                        "%s %s (up to %d)"
                                .formatted(node.name(), status.release(), status.knownLevel()));
            }
        }
        return level == null
                ? ""
                : "%nFeature level %d; releases: %s%n".formatted(level, String.join(", ", known));
    }

    Table processes() {
        var table = new Table("PROCESS", "STATE", "PID", "MEMORY", "ADDRESS");
        for (Member member : installation.members()) {
            ProcessId process = session.supervisor().find(member);
            if (process == null) {
                table.row(member.name(), "stopped", "-", "-", "-");
            } else {
                table.row(
                        member.name(),
                        member.isNode() ? role(session.pages().status(member)) : "worker",
                        process.pid(),
                        process.residentMib() + " MiB",
                        member.isNode() ? member.url() : "-");
            }
        }
        return table;
    }

    private static String role(@Nullable NodeStatus status) {
        if (status == null) {
            return "silent";
        }
        return status.role().toLowerCase(Locale.ROOT);
    }

    private static Table workers(String cluster, List<ContainerInstance> workers) {
        var table = new Table("CLUSTER", "WORKER", "STATUS", "CONNECTED", "TASKS", "FREE");
        for (ContainerInstance worker : workers) {
            table.row(
                    cluster,
                    name(worker),
                    worker.status(),
                    connected(worker),
                    worker.runningTasksCount() + worker.pendingTasksCount(),
                    "%d CPU units, %d MiB"
                            .formatted(
                                    free(worker.remainingResources(), "CPU"),
                                    free(worker.remainingResources(), "MEMORY")));
        }
        return table;
    }

    private static int free(List<Resource> resources, String name) {
        return resources.stream()
                .filter(resource -> name.equals(resource.name()))
                .mapToInt(Resource::integerValue)
                .sum();
    }

    /** One that is lost has been silent for so long that others take over its service tasks. */
    static String connected(ContainerInstance worker) {
        if (Boolean.TRUE.equals(worker.agentConnected())) {
            return "yes";
        }
        String reason = worker.statusReason();
        return reason != null && reason.startsWith("LOST") ? "lost" : "no";
    }

    /** What the worker is called in its configuration, if it is ours. */
    static String name(ContainerInstance worker) {
        return worker.attributes().stream()
                .filter(attribute -> Installation.WORKER_NAME.equals(attribute.name()))
                .map(attribute -> attribute.value())
                .findFirst()
                .orElse(shortName(worker.containerInstanceArn()));
    }

    private static Table services(String cluster, List<Service> services) {
        var table =
                new Table("CLUSTER", "SERVICE", "STATUS", "DESIRED", "RUNNING", "TASK DEFINITION");
        for (Service service : services) {
            table.row(
                    cluster,
                    service.serviceName(),
                    service.status(),
                    service.desiredCount(),
                    service.runningCount(),
                    shortName(service.taskDefinition()));
        }
        return table;
    }

    static Table tasks(String cluster, List<Task> tasks, List<ContainerInstance> workers) {
        var table = new Table("CLUSTER", "TASK", "STATUS", "WORKER", "ADDRESS");
        for (Task task : tasks) {
            String worker =
                    workers.stream()
                            .filter(
                                    w ->
                                            w.containerInstanceArn()
                                                    .equals(task.containerInstanceArn()))
                            .map(StatusReport::name)
                            .findFirst()
                            .orElse("-");
            List<String> addresses = addresses(task);
            table.row(
                    cluster,
                    shortName(task.taskArn()),
                    task.lastStatus(),
                    worker,
                    addresses.isEmpty() ? "-" : String.join(", ", addresses));
        }
        return table;
    }

    /** Where the task's ports are reached on this machine. */
    static List<String> addresses(Task task) {
        return task.containers().stream()
                .flatMap(container -> container.networkBindings().stream())
                .map(NetworkBinding::hostPort)
                .distinct()
                .map(port -> Member.HOST + ":" + port)
                .collect(Collectors.toList());
    }

    /** The last part of an ARN. */
    static String shortName(@Nullable String arn) {
        return arn == null ? "-" : arn.substring(arn.lastIndexOf('/') + 1);
    }
}
