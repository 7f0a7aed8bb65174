package io.gantry.control;

import io.gantry.common.check.Check;
import io.gantry.common.model.IdSource;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.VirtualTime;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker.AgentVersion;
import io.gantry.control.live.LocalLiveStore;
import io.gantry.control.log.VirtualLog;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/** A node's surroundings in virtual time, with a cluster and a task definition in it. */
public final class World {
    public static final String CLUSTER = "demo";
    public static final ServiceKey WEB = new ServiceKey(CLUSTER, "web");
    private static final Footprint SMALL =
            new Footprint(new Resources(256, 128), List.of(), List.of());

    public final VirtualTime time = new VirtualTime();
    public final VirtualLog log = new VirtualLog(time);
    public final LocalLiveStore live = new LocalLiveStore();
    public final Random random = new Random(11);
    public final IdSource ids = new IdSource(time, random);
    public final TaskDefinitionKey definition;

    public World() {
        log.apply(
                new Command.FoundRealm(
                        new Realm("us-east-1", "123456789012", new Realm.AccessKey("A", "S"))));
        log.apply(new Command.CreateCluster(Cluster.builder().clusterName(CLUSTER).build()));
        var app =
                TaskDefinition.builder()
                        .family("app")
                        .containerDefinitions(
                                ContainerDefinition.builder()
                                        .name("main")
                                        .image("busybox")
                                        .essential(true)
                                        .memory(128)
                                        .build())
                        .build();
        Reply reply = log.apply(new Command.RegisterTaskDefinition(app, List.of(), SMALL)).reply();
        definition = ((Reply.Registered) reply).key();
    }

    public WorkerId worker() {
        WorkerId id = ids.worker();
        log.apply(
                new Command.RegisterWorker(
                        id,
                        false,
                        CLUSTER,
                        Map.of(),
                        List.of(),
                        new Resources(4096, 4096),
                        List.of(),
                        null,
                        List.of()));
        return id;
    }

    public long connect(WorkerId worker) {
        Reply reply =
                log.apply(
                                new Command.ConnectWorker(
                                        worker, "n1", new AgentVersion(null, null, null)))
                        .reply();
        return ((Reply.Connected) reply).session();
    }

    /** Places a task on a connected worker. */
    public TaskId run(WorkerId worker) {
        return run(worker, definition, null);
    }

    /** Places a task of any definition. */
    public TaskId run(
            WorkerId worker, TaskDefinitionKey definition, @Nullable TaskOverride overrides) {
        TaskDefinitionRow row =
                Check.present(log.state().taskDefinitions().get(definition), definition);
        var start = new Start(ids.task(), worker, Launches.containers(row, ids));
        var launch =
                new Launch("g", null, "EC2", overrides, false, List.of(), false, row.footprint());
        Reply reply =
                log.apply(
                                new Command.RunTasks(
                                        CLUSTER,
                                        definition,
                                        null,
                                        "",
                                        false,
                                        launch,
                                        List.of(start)))
                        .reply();
        return ((Reply.Started) reply).started().getFirst();
    }

    public void service(int desired) {
        log.apply(
                new Command.CreateService(
                        WEB,
                        Service.builder().serviceName(WEB.name()).build(),
                        desired,
                        List.of(),
                        definition,
                        ids.deployment(),
                        null,
                        ""));
    }

    /** The agent of a task reports it. */
    public void observe(TaskId task, Task.Status status) {
        log.apply(new Command.ObserveTasks(List.of(observation(task, status))));
    }

    public static Observation observation(TaskId task, Task.Status status) {
        return new Observation(
                task,
                status,
                null,
                List.of(new ContainerSeen("main", status, null, null, null, null, null, null)),
                0,
                0,
                0);
    }
}
