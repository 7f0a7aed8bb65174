package io.gantry.launcher;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Shows what would happen, without doing it. */
@Command(
        name = "plan",
        description = {
            "Show what would happen if a service were updated or a worker drained: which tasks would"
                    + " start and stop where, in which order, and what the services would say.",
            "Nothing is done. It is worked out by the scheduler itself on a copy of the cluster, as"
                    + " if all tasks started, stopped and passed their health checks within ten"
                    + " seconds."
        },
        subcommands = {PlanCommand.UpdateService.class, PlanCommand.Drain.class})
final class PlanCommand implements Runnable {
    @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "What: update-service or drain?");
    }

    private static int show(Remote plane, RemoteOptions remote, ObjectNode request) {
        JsonNode answer = plane.api().operate("plan", request.put("cluster", remote.cluster()));
        Map<String, String> names = WhyCommand.WorkerNames.of(plane.reader(), remote.cluster());
        System.out.print(text(answer, names));
        return 0;
    }

    /** What happens in each round. */
    static String text(JsonNode answer, Map<String, String> names) {
        if (answer.path("steps").isEmpty()) {
            return "Nothing would happen.%n".formatted();
        }
        var table = new Table("AFTER", "WHAT", "GROUP", "DEFINITION", "WORKER");
        for (JsonNode step : answer.path("steps")) {
            String after = step.path("afterSeconds").asLong() + " s";
            rows(table, after, "start", step.path("started"), names);
            rows(table, after, "stop", step.path("stopped"), names);
        }
        var text = new StringBuilder(table.isEmpty() ? "" : table.toString());
        for (JsonNode step : answer.path("steps")) {
            for (JsonNode event : step.path("events")) {
                text.append(
                        "%4d s  %s%n"
                                .formatted(step.path("afterSeconds").asLong(), event.asString()));
            }
        }
        if (!answer.path("settled").asBoolean()) {
            text.append("It would not have come to an end by then.%n".formatted());
        }
        return text.toString();
    }

    private static void rows(
            Table table, String after, String what, JsonNode tasks, Map<String, String> names) {
        for (JsonNode task : tasks) {
            String worker = task.path("worker").asString();
            table.row(
                    after,
                    what,
                    task.path("group").asString(),
                    task.path("definition").asString(),
                    names.getOrDefault(worker, worker));
        }
    }

    /** Another definition, count or configuration. */
    @Command(
            name = "update-service",
            mixinStandardHelpOptions = true,
            description = {
                "Show what \"aws ecs update-service\" with the same options would do.",
                "What is left out stays as it is."
            })
    static final class UpdateService implements Callable<Integer> {
        @Mixin private final RemoteOptions remote = new RemoteOptions();

        @Parameters(paramLabel = "SERVICE", description = "its name or ARN")
        private String service = "";

        @Option(names = "--desired-count", paramLabel = "N", description = "tasks to run")
        private @Nullable Integer desiredCount;

        @Option(
                names = "--task-definition",
                paramLabel = "FAMILY[:REVISION]",
                description = "what to run; without a revision the latest active one")
        private String taskDefinition = "";

        @Option(
                names = "--force-new-deployment",
                description = "replace all tasks, even if nothing else changes")
        private boolean force;

        @Option(
                names = "--minimum-healthy-percent",
                paramLabel = "P",
                description = "of the desired count, that stay healthy meanwhile")
        private @Nullable Integer minimumHealthyPercent;

        @Option(
                names = "--maximum-percent",
                paramLabel = "P",
                description = "of the desired count, that may run meanwhile")
        private @Nullable Integer maximumPercent;

        @Override
        public Integer call() {
            ObjectNode request =
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("action", "update-service")
                            .put("service", service)
                            .put("taskDefinition", taskDefinition)
                            .put("forceNewDeployment", force);
            put(request, "desiredCount", desiredCount);
            put(request, "minimumHealthyPercent", minimumHealthyPercent);
            put(request, "maximumPercent", maximumPercent);
            return show(remote.open(), remote, request);
        }

        private static void put(ObjectNode request, String name, @Nullable Integer value) {
            if (value != null) {
                request.put(name, value);
            }
        }
    }

    /** One worker less. */
    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = "Show where the services would move the tasks of a worker to.")
    static final class Drain implements Callable<Integer> {
        @Mixin private final RemoteOptions remote = new RemoteOptions();

        @Parameters(
                paramLabel = "WORKER",
                description = "its ARN, id, the beginning of its id, or its name")
        private String name = "";

        @Override
        public Integer call() {
            Remote plane = remote.open();
            ContainerInstance worker = new Finder(plane.reader(), remote.cluster()).worker(name);
            return show(
                    plane,
                    remote,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("action", "drain")
                            .put("worker", worker.containerInstanceArn()));
        }
    }
}
