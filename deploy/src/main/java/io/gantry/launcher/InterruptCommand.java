package io.gantry.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import tools.jackson.databind.node.JsonNodeFactory;

/** Takes back the capacity of a worker, as AWS does with spot capacity. */
@Command(
        name = "interrupt",
        description = {
            "Take back the capacity of a worker as if it were spot capacity: it is set to DRAINING,",
            "and what still runs on it when the notice is over is stopped (SpotInterruption).",
            "'gantry drain WORKER --undo' calls it off."
        })
final class InterruptCommand implements Callable<Integer> {
    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Parameters(
            paramLabel = "WORKER",
            description = "its ARN, id, the beginning of its id, or its name")
    private String name = "";

    @Option(
            names = "--notice",
            paramLabel = "SECONDS",
            description = "how long its tasks go on (default: ${DEFAULT-VALUE})")
    private int noticeSeconds = 120;

    @Override
    public Integer call() {
        Remote plane = remote.open();
        ContainerInstance worker = new Finder(plane.reader(), remote.cluster()).worker(name);
        String arn = worker.containerInstanceArn();
        plane.api()
                .operate(
                        "interrupt",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("worker", arn.substring(arn.lastIndexOf('/') + 1))
                                .put("noticeSeconds", noticeSeconds));
        System.out.printf(
                "%s is DRAINING; its tasks are stopped in %d s.%n",
                StatusReport.name(worker), noticeSeconds);
        return 0;
    }
}
