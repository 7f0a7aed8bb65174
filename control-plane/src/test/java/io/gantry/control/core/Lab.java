package io.gantry.control.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.HostPort;
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
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.ServiceRevision;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.state.Worker.AgentVersion;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Transitions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/** A state to try commands on, with a clock that stands still unless told otherwise. */
public final class Lab {
    public static final String CLUSTER = "demo";
    public static final ServiceKey WEB = new ServiceKey(CLUSTER, "web");
    public static final Footprint SMALL =
            new Footprint(new Resources(256, 128), List.of(), List.of());

    public final VirtualTime time = new VirtualTime();
    public final Random random;
    public final IdSource ids;
    private ClusterState state = ClusterState.EMPTY;

    public Lab(long seed) {
        random = new Random(seed);
        ids = new IdSource(time, random);
        apply(
                new Command.FoundRealm(
                        new Realm("us-east-1", "123456789012", new Realm.AccessKey("A", "S"))));
        apply(new Command.CreateCluster(Cluster.builder().clusterName(CLUSTER).build()));
    }

    public ClusterState state() {
        return state;
    }

    /** Goes on from another state. */
    public void become(ClusterState other) {
        state = other;
        time.advance(Duration.ofMillis(Math.max(0, other.nowMillis() - time.nowMillis())));
    }

    public Reply apply(Command command) {
        Outcome outcome = Transitions.apply(state, command, time.nowMillis());
        state = outcome.state();
        return outcome.reply();
    }

    /** Lets time pass, with the ticks that a leader would propose. */
    public void pass(Duration duration) {
        time.advance(duration);
        apply(new Command.Tick());
    }

    public WorkerId worker(int cpuUnits, int memoryMib, Map<String, String> attributes) {
        return worker(cpuUnits, memoryMib, attributes, List.of());
    }

    public WorkerId worker(
            int cpuUnits, int memoryMib, Map<String, String> attributes, List<String> gpus) {
        WorkerId id = ids.worker();
        var resources = new Resources(cpuUnits, memoryMib);
        apply(registration(id, false, attributes, resources, gpus));
        connect(id);
        return id;
    }

    /** The machine registers once more, with other GPUs. */
    public void reregister(WorkerId id, List<String> gpus) {
        Worker known = machine(id);
        apply(registration(id, true, known.attributes(), known.total(), gpus));
    }

    private static Command registration(
            WorkerId id,
            boolean again,
            Map<String, String> attributes,
            Resources resources,
            List<String> gpus) {
        List<HostPort> reserved = List.of(HostPort.tcp(22));
        return new Command.RegisterWorker(
                id, again, CLUSTER, attributes, List.of(), resources, reserved, null, gpus);
    }

    public long connect(WorkerId worker) {
        Reply reply =
                apply(new Command.ConnectWorker(worker, "n1", new AgentVersion("1", "hash", "20")));
        return ((Reply.Connected) reply).session();
    }

    public TaskDefinitionKey definition(String family, Footprint footprint) {
        var definition =
                TaskDefinition.builder()
                        .family(family)
                        .containerDefinitions(
                                ContainerDefinition.builder()
                                        .name("main")
                                        .image("busybox")
                                        .essential(true)
                                        .build(),
                                ContainerDefinition.builder()
                                        .name("side")
                                        .image("busybox")
                                        .essential(false)
                                        .build())
                        .build();
        return definition(definition, footprint);
    }

    public TaskDefinitionKey definition(TaskDefinition definition, Footprint footprint) {
        Reply reply = apply(new Command.RegisterTaskDefinition(definition, List.of(), footprint));
        return ((Reply.Registered) reply).key();
    }

    /** Proposes one task on one worker. */
    public Command.RunTasks run(
            TaskDefinitionKey definition, WorkerId worker, @Nullable String token) {
        var row = Check.present(state.taskDefinitions().get(definition), definition);
        return new Command.RunTasks(
                CLUSTER,
                definition,
                token == null ? null : new Token("RunTask/" + CLUSTER, token),
                "fingerprint",
                false,
                new Launch(
                        "family:" + definition.family(),
                        null,
                        "EC2",
                        null,
                        false,
                        List.of(),
                        false,
                        row.footprint()),
                List.of(new Start(ids.task(), worker, Launches.containers(row, ids))));
    }

    public TaskId started(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Started.class);
        return ((Reply.Started) reply).started().getFirst();
    }

    public Task task(TaskId id) {
        return Check.present(state.tasks().get(id), id);
    }

    public Worker machine(WorkerId id) {
        return Check.present(state.workers().get(id), id);
    }

    public Service service() {
        return Check.present(state.services().get(WEB), WEB);
    }

    public Reply createService(TaskDefinitionKey definition, int desired, int min, int max) {
        return createService(
                definition,
                desired,
                configuration -> configuration.minimumHealthyPercent(min).maximumPercent(max));
    }

    /** A service that is deployed in a certain way. */
    public Reply createService(
            TaskDefinitionKey definition,
            int desired,
            Consumer<DeploymentConfiguration.Builder> configuration) {
        return createService(
                definition, desired, spec -> spec.deploymentConfiguration(configuration), WEB);
    }

    /** A service of a certain configuration. */
    public Reply createService(
            TaskDefinitionKey definition,
            int desired,
            Consumer<software.amazon.awssdk.services.ecs.model.Service.Builder> configure,
            ServiceKey key) {
        return createService(definition, desired, configure, key, Map.of());
    }

    /** A service with tags. */
    public Reply createService(
            TaskDefinitionKey definition,
            int desired,
            Consumer<software.amazon.awssdk.services.ecs.model.Service.Builder> configure,
            ServiceKey key,
            Map<String, String> tags) {
        var spec =
                software.amazon.awssdk.services.ecs.model.Service.builder()
                        .serviceName(key.name())
                        .taskDefinition(definition.toString());
        configure.accept(spec);
        return apply(
                new Command.CreateService(
                        key,
                        spec.build(),
                        desired,
                        tags(tags),
                        definition,
                        ids.deployment(),
                        null,
                        ""));
    }

    public static List<Tag> tags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(each -> Tag.builder().key(each.getKey()).value(each.getValue()).build())
                .toList();
    }

    /** A service of any configuration; the name comes from here. */
    public Reply createService(
            software.amazon.awssdk.services.ecs.model.Service spec,
            TaskDefinitionKey definition,
            int desired) {
        var named = spec.toBuilder().serviceName(WEB.name()).build();
        return apply(
                new Command.CreateService(
                        WEB, named, desired, List.of(), definition, ids.deployment(), null, ""));
    }

    public Reply updateService(TaskDefinitionKey definition, int desired, boolean deploy) {
        Service service = service();
        return apply(
                new Command.UpdateService(
                        WEB,
                        service.version(),
                        service.spec().toBuilder().taskDefinition(definition.toString()).build(),
                        desired,
                        definition,
                        deploy ? ids.deployment() : 0));
    }

    /** The service deployment that was begun last. */
    public ServiceDeployment latestDeployment() {
        return state.releases()
                .deploymentsOf(WEB)
                .max(Comparator.comparingLong((ServiceDeployment each) -> each.times().created()))
                .orElseThrow();
    }

    /** The service deployment that brings, or brought, a revision. */
    public ServiceDeployment deploymentOf(long revision) {
        var key = ServiceDeployment.Key.of(new ServiceRevision.Key(WEB, revision));
        return Check.present(state.releases().deployments().get(key), key);
    }

    /** An agent reports a status of a task and what it gives of its containers. */
    public void report(
            TaskId id, Task.Status status, @Nullable String reason, ContainerSeen... containers) {
        apply(
                new Command.ObserveTasks(
                        List.of(
                                new Observation(
                                        id, status, reason, List.of(containers), 0, 0, 0))));
    }

    /** An agent reports a status of a task and of all its containers. */
    public void observe(TaskId id, Task.Status status, @Nullable Integer exitCode) {
        List<ContainerSeen> containers =
                task(id).containers().stream()
                        .map(
                                each ->
                                        new ContainerSeen(
                                                each.name(),
                                                status,
                                                exitCode,
                                                null,
                                                null,
                                                null,
                                                null,
                                                null))
                        .toList();
        apply(
                new Command.ObserveTasks(
                        List.of(new Observation(id, status, null, containers, 0, 0, 0))));
    }
}
