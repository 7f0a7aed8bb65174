package io.gantry.launcher;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.Resource;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.VersionInfo;

/** Tasks, their containers and their workers in columns. */
final class TaskTables {
    private static final String ZONE = "ecs.availability-zone";
    private static final int SHORT_DIGEST = 19;

    private TaskTables() {}

    /**
     * One line for each task.
     *
     * @param workers names by ARN
     */
    static Table tasks(List<Task> tasks, Map<String, String> workers, Instant now) {
        var table =
                new Table(
                        "TASK",
                        "DEFINITION",
                        "GROUP",
                        "LAST",
                        "DESIRED",
                        "HEALTH",
                        "WORKER",
                        "AGE",
                        "REASON");
        for (Task task : tasks) {
            String worker = task.containerInstanceArn();
            table.row(
                    StatusReport.shortName(task.taskArn()),
                    StatusReport.shortName(task.taskDefinitionArn()),
                    orDash(task.group()),
                    task.lastStatus(),
                    task.desiredStatus(),
                    orDash(task.healthStatusAsString()),
                    worker == null
                            ? "-"
                            : workers.getOrDefault(worker, StatusReport.shortName(worker)),
                    age(task, now),
                    orDash(reason(task)));
        }
        return table;
    }

    /** Since when it is what it is. */
    private static String age(Task task, Instant now) {
        Instant since =
                Stream.of(task.stoppedAt(), task.startedAt(), task.createdAt())
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(now);
        return Times.text(Duration.between(since, now));
    }

    private static @Nullable String reason(Task task) {
        return task.stoppedReason() != null ? task.stoppedReason() : task.stopCodeAsString();
    }

    static Table containers(Task task) {
        var table =
                new Table(
                        "CONTAINER",
                        "STATUS",
                        "HEALTH",
                        "EXIT",
                        "IMAGE",
                        "DIGEST",
                        "PORTS",
                        "REASON");
        for (Container container : task.containers()) {
            table.row(
                    container.name(),
                    container.lastStatus(),
                    orDash(container.healthStatusAsString()),
                    container.exitCode() == null ? "-" : container.exitCode(),
                    orDash(container.image()),
                    digest(container.imageDigest()),
                    ports(container),
                    orDash(container.reason()));
        }
        return table;
    }

    private static String digest(@Nullable String digest) {
        if (digest == null) {
            return "-";
        }
        return digest.substring(0, Math.min(digest.length(), SHORT_DIGEST));
    }

    private static String ports(Container container) {
        String ports =
                container.networkBindings().stream()
                        .map(TaskTables::port)
                        .collect(Collectors.joining(", "));
        return ports.isEmpty() ? "-" : ports;
    }

    private static String port(NetworkBinding binding) {
        return "%s:%d->%d/%s"
                .formatted(
                        orDash(binding.bindIP()),
                        binding.hostPort(),
                        binding.containerPort(),
                        binding.protocolAsString());
    }

    static Table workers(List<ContainerInstance> workers) {
        var table =
                new Table(
                        "WORKER",
                        "NAME",
                        "ZONE",
                        "STATUS",
                        "CONNECTED",
                        "RUNNING",
                        "PENDING",
                        "CPU FREE",
                        "MEMORY FREE",
                        "ENGINE",
                        "AGENT");
        for (ContainerInstance worker : workers) {
            VersionInfo versions = worker.versionInfo();
            table.row(
                    StatusReport.shortName(worker.containerInstanceArn()),
                    StatusReport.name(worker),
                    attribute(worker, ZONE),
                    worker.status(),
                    StatusReport.connected(worker),
                    worker.runningTasksCount(),
                    worker.pendingTasksCount(),
                    free(worker, "CPU", "units"),
                    free(worker, "MEMORY", "MiB"),
                    orDash(versions == null ? null : engine(versions.dockerVersion())),
                    orDash(versions == null ? null : versions.agentVersion()));
        }
        return table;
    }

    private static @Nullable String engine(@Nullable String version) {
        return version == null ? null : version.replaceFirst("^DockerVersion: *", "");
    }

    private static String attribute(ContainerInstance worker, String name) {
        return worker.attributes().stream()
                .filter(attribute -> name.equals(attribute.name()))
                .map(attribute -> orDash(attribute.value()))
                .findFirst()
                .orElse("-");
    }

    private static String free(ContainerInstance worker, String name, String unit) {
        return "%d of %d %s"
                .formatted(
                        sum(worker.remainingResources(), name),
                        sum(worker.registeredResources(), name),
                        unit);
    }

    private static int sum(List<Resource> resources, String name) {
        return resources.stream()
                .filter(resource -> name.equals(resource.name()))
                .mapToInt(Resource::integerValue)
                .sum();
    }

    private static String orDash(@Nullable String text) {
        return text == null || text.isBlank() ? "-" : text;
    }
}
