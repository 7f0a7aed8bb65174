package io.gantry.launcher;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Explains where a task runs, or a service's next one would, or why nowhere. */
@Command(
        name = "why",
        description = {
            "Explain why a task runs where it does, or where a service's next task would run, or"
                    + " why it would run nowhere.",
            "For each worker: what speaks against it (attributes, constraints, room), or what the"
                    + " strategies say of it. Those with rank 1 would be chosen first."
        })
final class WhyCommand implements Callable<Integer> {
    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Parameters(
            paramLabel = "TASK|SERVICE",
            description = "the ARN, id or beginning of the id of a task, or the name of a service")
    private String subject = "";

    @Override
    public Integer call() {
        Remote plane = remote.open();
        JsonNode answer =
                plane.api()
                        .operate(
                                "why",
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("cluster", remote.cluster())
                                        .put("subject", subject));
        answer.path("lines").forEach(line -> System.out.println(line.asString()));
        if (answer.has("workers")) {
            System.out.println();
            System.out.print(table(answer, WorkerNames.of(plane.reader(), remote.cluster())));
        }
        return 0;
    }

    /** One line for each worker. */
    static Table table(JsonNode answer, Map<String, String> names) {
        List<String> criteria = texts(answer.path("criteria"));
        String heading = criteria.isEmpty() ? "CHANCE" : String.join(", ", criteria);
        var table = new Table("RANK", "WORKER", "ZONE", "", heading);
        for (JsonNode worker : answer.path("workers")) {
            int rank = worker.path("rank").asInt();
            String id = worker.path("id").asString();
            table.row(
                    rank == 0 ? "-" : rank,
                    names.getOrDefault(id, id),
                    worker.path("zone").asString(),
                    worker.path("chosen").asBoolean() ? "runs it" : "",
                    rank == 0
                            ? texts(worker.path("against")).stream()
                                    .collect(Collectors.joining("; "))
                            : String.join(", ", texts(worker.path("rates"))));
        }
        return table;
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    /** What workers are called, by their ids. */
    static final class WorkerNames {
        private WorkerNames() {}

        static Map<String, String> of(ClusterReader reader, String cluster) {
            var names = new HashMap<String, String>();
            reader.workers(cluster)
                    .forEach(
                            worker ->
                                    names.put(
                                            StatusReport.shortName(worker.containerInstanceArn()),
                                            StatusReport.name(worker)));
            return names;
        }
    }
}
