package io.gantry.launcher;

import io.gantry.common.wire.Json;
import io.gantry.common.wire.Shape.Structure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.ecs.model.DescribeTasksResponse;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.Task;

/** Lists tasks. */
@Command(name = "tasks", description = "List the tasks of a cluster, oldest first.")
final class TasksCommand implements Callable<Integer> {
    @Mixin private final RemoteOptions remote = new RemoteOptions();

    /** Which ones are shown. */
    enum Shown {
        ALIVE,
        PENDING,
        RUNNING,
        STOPPED,
        ALL;

        boolean includes(Task task) {
            String last = String.valueOf(task.lastStatus());
            return switch (this) {
                case ALL -> true;
                case ALIVE -> !last.equals("STOPPED");
                // What waits for a place is not running either.
                case PENDING -> last.equals("PENDING") || last.equals("PROVISIONING");
                case RUNNING, STOPPED -> last.equals(name());
            };
        }
    }

    @Option(names = "--service", paramLabel = "NAME", description = "only those of this service")
    private @Nullable String service;

    @Option(names = "--family", paramLabel = "NAME", description = "only those of this family")
    private @Nullable String family;

    @Option(names = "--worker", paramLabel = "WORKER", description = "only those on this worker")
    private @Nullable String worker;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description =
                    "pending (provisioning too), running, stopped, alive (not stopped yet) or all (default: alive)")
    private String status = "alive";

    @Option(names = "--json", description = "print JSON, as DescribeTasks answers it")
    private boolean json;

    @Override
    public Integer call() {
        Shown shown = shown();
        String cluster = remote.cluster();
        ClusterReader reader = remote.open().reader();
        ListTasksRequest.Builder request =
                ListTasksRequest.builder()
                        .cluster(cluster)
                        .serviceName(service)
                        .family(family)
                        .containerInstance(
                                worker == null
                                        ? null
                                        : new Finder(reader, cluster)
                                                .worker(worker)
                                                .containerInstanceArn());
        var found = new ArrayList<Task>();
        for (DesiredStatus desired : List.of(DesiredStatus.RUNNING, DesiredStatus.STOPPED)) {
            reader.listedTasks(cluster, request.desiredStatus(desired).build()).stream()
                    .filter(shown::includes)
                    .forEach(found::add);
        }
        found.sort(Comparator.comparing(Task::createdAt));
        if (json) {
            var reply = DescribeTasksResponse.builder().tasks(found).build();
            System.out.println(json(reply));
        } else if (found.isEmpty()) {
            System.err.println("There are no such tasks.");
        } else {
            System.out.print(TaskTables.tasks(found, names(reader, cluster, found), Instant.now()));
        }
        return 0;
    }

    private Shown shown() {
        try {
            return Shown.valueOf(status.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new Failure(
                    "--status must be pending, running, stopped, alive or all, not '%s'."
                            .formatted(status),
                    unknown);
        }
    }

    private static String json(DescribeTasksResponse reply) {
        byte[] text = Json.TEXT.write(reply, Structure.of(DescribeTasksResponse.class));
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Of the workers that the tasks are on, by ARN. */
    static Map<String, String> names(ClusterReader reader, String cluster, List<Task> tasks) {
        List<String> arns =
                tasks.stream()
                        .map(Task::containerInstanceArn)
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList();
        Map<String, String> names = new HashMap<>();
        reader.describedWorkers(cluster, arns)
                .forEach(each -> names.put(each.containerInstanceArn(), StatusReport.name(each)));
        return names;
    }
}
