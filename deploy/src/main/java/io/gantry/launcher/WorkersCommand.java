package io.gantry.launcher;

import io.gantry.common.wire.Json;
import io.gantry.common.wire.Shape.Structure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.DescribeContainerInstancesResponse;

/** Lists workers. */
@Command(name = "workers", description = "List the workers of a cluster.")
final class WorkersCommand implements Callable<Integer> {
    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Option(names = "--json", description = "print JSON, as DescribeContainerInstances answers it")
    private boolean json;

    @Override
    public Integer call() {
        List<ContainerInstance> workers = remote.open().reader().workers(remote.cluster());
        if (json) {
            var reply =
                    DescribeContainerInstancesResponse.builder()
                            .containerInstances(workers)
                            .build();
            byte[] text =
                    Json.TEXT.write(reply, Structure.of(DescribeContainerInstancesResponse.class));
            System.out.println(new String(text, StandardCharsets.UTF_8));
        } else if (workers.isEmpty()) {
            System.err.println("There are no workers in this cluster.");
        } else {
            System.out.print(TaskTables.workers(workers));
            workers.stream()
                    .filter(worker -> String.valueOf(worker.statusReason()).startsWith("Draining"))
                    .forEach(
                            worker ->
                                    System.out.printf(
                                            "%s: %s%n",
                                            StatusReport.name(worker), worker.statusReason()));
        }
        return 0;
    }
}
