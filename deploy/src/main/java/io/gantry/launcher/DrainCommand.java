package io.gantry.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceStatus;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateResponse;
import tools.jackson.databind.node.JsonNodeFactory;

/** Has the services leave a worker. */
@Command(
        name = "drain",
        description = {
            "Set a worker to DRAINING: it gets no new tasks, and services replace those it has.",
            "Tasks that belong to no service run on until they end or are stopped, or until the"
                    + " --deadline."
        })
final class DrainCommand implements Callable<Integer> {
    private static final long STEP_MILLIS = 500;

    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Parameters(
            paramLabel = "WORKER",
            description = "its ARN, id, the beginning of its id, or its name")
    private String name = "";

    @Option(names = "--undo", description = "set it to ACTIVE again")
    private boolean undo;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            description = "stop whatever still runs there after that time, such as 10m")
    private String deadline = "";

    @Option(
            names = "--pace",
            paramLabel = "N/TIME",
            description = "move at most so many tasks of services in that time, such as 1/30s")
    private String pace = "";

    @Option(names = "--wait", description = "wait until no task of a service runs there any more")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "how long to wait (default: ${DEFAULT-VALUE})")
    private int timeoutSeconds = 900;

    @Override
    public Integer call() {
        if (undo && wait) {
            throw new io.gantry.launcher.Failure("There is nothing to --wait for with --undo.");
        }
        boolean planned = !deadline.isEmpty() || !pace.isEmpty();
        if (undo && planned) {
            throw new io.gantry.launcher.Failure("--undo goes without --deadline and --pace.");
        }
        Remote plane = remote.open();
        ClusterReader reader = plane.reader();
        ContainerInstance worker = new Finder(reader, remote.cluster()).worker(name);
        if (planned) {
            plan(plane.api(), worker);
        } else {
            set(
                    plane.api(),
                    worker,
                    undo ? ContainerInstanceStatus.ACTIVE : ContainerInstanceStatus.DRAINING);
        }
        return wait ? await(reader, worker) : 0;
    }

    private void plan(ApiClient api, ContainerInstance worker) {
        String arn = worker.containerInstanceArn();
        api.operate(
                "drain",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("worker", arn.substring(arn.lastIndexOf('/') + 1))
                        .put("deadline", deadline)
                        .put("pace", pace));
        System.out.printf(
                "%s is DRAINING%s%s.%n",
                StatusReport.name(worker),
                pace.isEmpty() ? "" : " at a pace of " + pace,
                deadline.isEmpty() ? "" : "; its tasks are stopped in " + deadline);
    }

    private void set(ApiClient api, ContainerInstance worker, ContainerInstanceStatus status) {
        var reply =
                api.call(
                        UpdateContainerInstancesStateRequest.builder()
                                .cluster(remote.cluster())
                                .containerInstances(worker.containerInstanceArn())
                                .status(status)
                                .build(),
                        UpdateContainerInstancesStateResponse.class);
        for (Failure failure : reply.failures()) {
            throw new io.gantry.launcher.Failure(
                    "%s: %s%s"
                            .formatted(
                                    failure.arn(),
                                    failure.reason(),
                                    failure.detail() == null ? "" : ": " + failure.detail()));
        }
        System.out.printf("%s is %s.%n", StatusReport.name(worker), status);
    }

    private int await(ClusterReader reader, ContainerInstance worker) {
        long end = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
        var progress = new Progress(System.out);
        long before = -1;
        while (true) {
            List<Task> there = tasks(reader, worker);
            long left = ofServices(there);
            if (left != before) {
                progress.done("tasks of services on it: " + left);
                before = left;
            }
            if (left == 0) {
                long others = there.size();
                if (others > 0) {
                    System.out.printf("Tasks of no service that run on: %d%n", others);
                }
                return 0;
            }
            if (System.nanoTime() > end) {
                throw new io.gantry.launcher.Failure(
                        "After %d s there are still %d tasks of services on it; it stays DRAINING."
                                .formatted(timeoutSeconds, left));
            }
            Patience.rest(STEP_MILLIS);
        }
    }

    static long ofServices(List<Task> tasks) {
        return tasks.stream()
                .filter(task -> String.valueOf(task.group()).startsWith("service:"))
                .count();
    }

    private List<Task> tasks(ClusterReader reader, ContainerInstance worker) {
        var alive = new ArrayList<Task>();
        for (DesiredStatus desired : List.of(DesiredStatus.RUNNING, DesiredStatus.STOPPED)) {
            var request =
                    ListTasksRequest.builder()
                            .cluster(remote.cluster())
                            .containerInstance(worker.containerInstanceArn())
                            .desiredStatus(desired)
                            .build();
            reader.listedTasks(remote.cluster(), request).stream()
                    .filter(task -> !"STOPPED".equals(task.lastStatus()))
                    .forEach(alive::add);
        }
        return alive;
    }
}
