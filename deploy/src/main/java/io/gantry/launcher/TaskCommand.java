package io.gantry.launcher;

import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceEvent;
import software.amazon.awssdk.services.ecs.model.Task;

/** Tells what became of a task. */
@Command(
        name = "task",
        description = "Show a task, its containers, and what happened when and why.")
final class TaskCommand implements Callable<Integer> {
    private static final String OF_SERVICE = "service:";

    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Parameters(
            paramLabel = "TASK",
            description = "an ARN, an id, or the beginning of one; stopped tasks too")
    private String name = "";

    @Override
    public Integer call() {
        String cluster = remote.cluster();
        ClusterReader reader = remote.open().reader();
        Task task = new Finder(reader, cluster).task(name);
        var workers = TasksCommand.names(reader, cluster, List.of(task));
        System.out.print(
                head(task, workers.getOrDefault(String.valueOf(task.containerInstanceArn()), "-")));
        System.out.println();
        System.out.print(TaskTables.containers(task));
        System.out.println();
        System.out.print(
                Timeline.of(task, events(reader, cluster, task)).table(ZoneId.systemDefault()));
        return 0;
    }

    static String head(Task task, String worker) {
        return """
        Task        %s
        Definition  %s
        Group       %s
        Status      %s (should be %s)
        Health      %s
        Worker      %s (%s), agent %s
        Reserved    %s CPU units, %s MiB
        """
                .formatted(
                        task.taskArn(),
                        StatusReport.shortName(task.taskDefinitionArn()),
                        task.group(),
                        task.lastStatus(),
                        task.desiredStatus(),
                        task.healthStatusAsString(),
                        worker,
                        StatusReport.shortName(task.containerInstanceArn()),
                        String.valueOf(task.connectivityAsString()).toLowerCase(Locale.ROOT),
                        task.cpu(),
                        task.memory());
    }

    private static List<ServiceEvent> events(ClusterReader reader, String cluster, Task task) {
        String group = String.valueOf(task.group());
        Service service =
                group.startsWith(OF_SERVICE)
                        ? reader.service(cluster, group.substring(OF_SERVICE.length()))
                        : null;
        return service == null ? List.of() : service.events();
    }
}
