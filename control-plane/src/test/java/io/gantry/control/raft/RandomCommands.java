package io.gantry.control.raft;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.IdSource;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.VirtualTime;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.reconcile.ManagedPlan;
import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Taggable;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProvider;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProviderUpdate;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ClusterSetting;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.ManagedScaling;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.ResourceRequirement;
import software.amazon.awssdk.services.ecs.model.Scale;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import software.amazon.awssdk.services.ecs.model.TaskSet;

/** Commands of all kinds that mostly make sense in a given state. */
final class RandomCommands {
    private static final Footprint SMALL =
            new Footprint(
                    new Resources(64, 32),
                    List.of(HostPort.tcp(8080)),
                    List.of("ecs.capability.x"));

    private static final Duration STEP = Duration.ofMillis(100);

    private final VirtualTime time = new VirtualTime();
    private final SplittableRandom random;
    private final IdSource ids;

    RandomCommands(long seed) {
        random = new SplittableRandom(seed);
        ids = new IdSource(time, random);
    }

    static Command createCluster(String name) {
        return new Command.CreateCluster(
                Cluster.builder()
                        .clusterName(name)
                        .tags(Tag.builder().key("name").value(name).build())
                        .build());
    }

    Command next(ClusterState state) {
        time.advance(STEP);
        if (state.realm() == null) {
            return found();
        }
        List<Supplier<Command>> choices =
                List.of(
                        () -> createCluster("c" + random.nextInt(4)),
                        RandomCommands::found,
                        this::register,
                        () -> registerWorker(state),
                        () -> connect(state),
                        () -> connect(state),
                        () -> run(state),
                        () -> run(state),
                        () -> run(state),
                        () -> runJobs(state),
                        () -> placeJobs(state),
                        () -> observe(state),
                        () -> observe(state),
                        () -> new Command.StopTask(task(state), "UserInitiated", "why not"),
                        () -> createService(state),
                        () -> updateService(state),
                        () -> commit(state),
                        () -> commit(state),
                        () -> commit(state),
                        () -> disconnect(state),
                        () -> new Command.ReconcileWorker(worker(state), session(state), List.of()),
                        () -> new Command.DeregisterWorker(worker(state), random.nextBoolean()),
                        () -> new Command.DeleteService(service(state), random.nextBoolean()),
                        () ->
                                new Command.StopServiceDeployment(
                                        random.nextInt(4) > 0
                                                ? new ServiceDeployment.Key(service(state), "x")
                                                : deployment(state),
                                        random.nextBoolean()),
                        () ->
                                new Command.ContinueServiceDeployment(
                                        deployment(state), hook(state), random.nextBoolean()),
                        () ->
                                new Command.ReportHook(
                                        deployment(state),
                                        hook(state),
                                        any(
                                                Stream.of(Staging.HookStatus.values()),
                                                () -> Staging.HookStatus.FAILED),
                                        random.nextInt(60_000),
                                        null),
                        () -> createTaskSet(state),
                        () -> createTaskSet(state),
                        () -> new Command.ScaleTaskSet(service(state), taskSet(state), percent()),
                        () -> new Command.LeadTaskSet(service(state), taskSet(state)),
                        () ->
                                new Command.DeleteTaskSet(
                                        service(state), taskSet(state), random.nextBoolean()),
                        () -> new Command.DeleteCluster("c" + random.nextInt(8)),
                        () -> new Command.DeregisterTaskDefinition(definition(state)),
                        Command.Tick::new,
                        () -> new Command.Once(call(), register()),
                        () -> new Command.Once(call(), registerWorker(state)),
                        () ->
                                new Command.LoseWorker(
                                        worker(state), session(state), random.nextInt(100_000)),
                        () -> new Command.RaiseLevel(random.nextInt(3)),
                        () ->
                                new Command.ProtectTasks(
                                        List.of(task(state)), random.nextInt(3) * 1_000L),
                        () ->
                                new Command.SetWorkerStatus(
                                        List.of(worker(state)),
                                        random.nextInt(4) > 0
                                                ? Worker.Status.ACTIVE
                                                : Worker.Status.DRAINING),
                        () -> makeRoom(state),
                        () -> commit(state),
                        () -> commit(state),
                        () -> random.nextInt(4) > 0 ? commit(state) : drain(state),
                        () ->
                                new Command.SetWorkerStatus(
                                        List.of(worker(state)), Worker.Status.ACTIVE),
                        () -> new Command.PutAttributes(List.of(attribute(state))),
                        () -> new Command.DeleteAttributes(List.of(attribute(state))),
                        () -> new Command.CreateCapacityProvider(provider()),
                        () -> new Command.UpdateCapacityProvider("p" + random.nextInt(3), change()),
                        () -> new Command.DeleteCapacityProvider("p" + random.nextInt(3)),
                        () ->
                                new Command.SetClusterCapacity(
                                        cluster(state),
                                        List.of("p" + random.nextInt(3), "FARGATE"),
                                        List.of()),
                        () ->
                                random.nextInt(5) > 0
                                        ? run(state)
                                        : new Command.InterruptWorker(
                                                worker(state), random.nextInt(200_000)),
                        () -> changeTags(state),
                        () -> changeSettings(state),
                        () -> registerDaemon(),
                        () -> new Command.DeleteDaemonTaskDefinition(daemonDefinition(state)),
                        // Rarely, as other tasks have to wait for daemons.
                        () -> random.nextInt(6) > 0 ? run(state) : createDaemon(state),
                        () ->
                                new Command.UpdateDaemon(
                                        daemon(state), daemonSpec(state), ids.deployment()),
                        () ->
                                random.nextInt(3) > 0
                                        ? advance(state)
                                        : new Command.DeleteDaemon(daemon(state), ids.deployment()),
                        () -> advance(state),
                        () -> advance(state),
                        () ->
                                new Command.SetPolicy(
                                        new Policy(3_600_000L + random.nextInt(100_000))));
        return choices.get(random.nextInt(choices.size())).get();
    }

    private Command changeTags(ClusterState state) {
        return switch (random.nextInt(3)) {
            case 0 -> new Command.UntagResource(taggable(state), List.of("k" + random.nextInt(9)));
            case 1 -> new Command.DeleteTaskDefinitions(List.of(definition(state)));
            default -> new Command.TagResource(taggable(state), List.of(tag()));
        };
    }

    private Command changeSettings(ClusterState state) {
        return switch (random.nextInt(3)) {
            case 0 -> new Command.DeleteAccountSetting(setting());
            case 1 ->
                    new Command.PutAccountSetting(
                            new AccountSetting(setting(), "v" + random.nextInt(3)));
            default ->
                    new Command.UpdateCluster(
                            cluster(state),
                            Cluster.builder()
                                    .settings(ClusterSetting.builder().value("enabled").build())
                                    .build());
        };
    }

    private AccountSetting.Key setting() {
        return new AccountSetting.Key("arn" + random.nextInt(3), "name" + random.nextInt(3));
    }

    private Taggable taggable(ClusterState state) {
        Taggable.Kind kind = any(Stream.of(Taggable.Kind.values()), () -> Taggable.Kind.CLUSTER);
        return switch (kind) {
            case CLUSTER -> Taggable.of(Taggable.Kind.CLUSTER, cluster(state));
            case SERVICE -> Taggable.of(Taggable.Kind.SERVICE, service(state));
            case TASK -> Taggable.of(Taggable.Kind.TASK, task(state));
            case TASK_DEFINITION -> Taggable.of(Taggable.Kind.TASK_DEFINITION, definition(state));
            case CONTAINER_INSTANCE -> Taggable.of(Taggable.Kind.CONTAINER_INSTANCE, worker(state));
            case CAPACITY_PROVIDER ->
                    Taggable.of(Taggable.Kind.CAPACITY_PROVIDER, "p" + random.nextInt(3));
            case TASK_SET -> Taggable.taskSet(service(state), 1 + random.nextInt(9));
            case DAEMON -> Taggable.of(Taggable.Kind.DAEMON, daemon(state));
            case DAEMON_TASK_DEFINITION ->
                    Taggable.of(Taggable.Kind.DAEMON_TASK_DEFINITION, daemonDefinition(state));
        };
    }

    private Command registerDaemon() {
        var container =
                ContainerDefinition.builder().name("main").image("agent").essential(true).build();
        return new Command.RegisterDaemonTaskDefinition(
                DaemonTaskDefinition.builder().family("d").build(),
                TaskDefinition.builder().family("d").containerDefinitions(container).build(),
                List.of(tag()),
                new Footprint(new Resources(16, 16), List.of(), List.of()));
    }

    private TaskDefinitionKey daemonDefinition(ClusterState state) {
        return any(
                state.managed().definitions().values().map(ManagedDefinition::key),
                () -> TaskDefinitionKey.ofDaemon("d", 1));
    }

    private ServiceKey daemon(ClusterState state) {
        return any(
                state.managed().daemons().values().map(ManagedDaemon::key),
                () -> ServiceKey.ofDaemon("c", "d"));
    }

    private Command.DaemonSpec daemonSpec(ClusterState state) {
        return new Command.DaemonSpec(
                daemonDefinition(state),
                List.of("FARGATE"),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                DaemonDeploymentConfiguration.builder()
                        .drainPercent(random.nextInt(101) * 1.0)
                        .bakeTimeInMinutes(random.nextInt(2))
                        .build());
    }

    private Command createDaemon(ClusterState state) {
        return new Command.CreateDaemon(
                ServiceKey.ofDaemon(cluster(state), "d" + random.nextInt(3)),
                daemonSpec(state),
                List.of(tag()),
                ids.deployment(),
                null,
                "print");
    }

    private Command advance(ClusterState state) {
        ServiceKey key = daemon(state);
        @Nullable ManagedDaemon known = state.managed().daemons().get(key);
        @Nullable Command step = known == null ? null : ManagedPlan.next(state, known, ids);
        return step == null ? new Command.AdvanceDaemon(key, random.nextInt(3), List.of()) : step;
    }

    private CapacityProvider provider() {
        return CapacityProvider.builder()
                .name("p" + random.nextInt(3))
                .autoScalingGroupProvider(
                        AutoScalingGroupProvider.builder()
                                .autoScalingGroupArn("arn")
                                .managedScaling(scaling())
                                .build())
                .tags(tag())
                .build();
    }

    private AutoScalingGroupProviderUpdate change() {
        return AutoScalingGroupProviderUpdate.builder().managedScaling(scaling()).build();
    }

    private ManagedScaling scaling() {
        return ManagedScaling.builder().targetCapacity(1 + random.nextInt(100)).build();
    }

    private Command.NamedAttribute attribute(ClusterState state) {
        String name = "custom" + random.nextInt(12);
        return new Command.NamedAttribute(worker(state), name, "v" + random.nextInt(3));
    }

    private Token call() {
        return new Token("call/x", "id" + random.nextInt(20));
    }

    static Command found() {
        return new Command.FoundRealm(
                new Realm("us-east-1", "000000000000", new Realm.AccessKey("AKIA", "secret")));
    }

    private Command register() {
        var container =
                ContainerDefinition.builder()
                        .name("main")
                        .image("busybox")
                        .command("sleep", "60")
                        .essential(true)
                        .memory(32)
                        .resourceRequirements(
                                ResourceRequirement.builder().type("GPU").value("1").build())
                        .dockerLabels(Map.of("a", "b"))
                        .build();
        var definition =
                TaskDefinition.builder()
                        .family("f" + random.nextInt(3))
                        .containerDefinitions(container)
                        .build();
        return new Command.RegisterTaskDefinition(definition, List.of(tag()), SMALL);
    }

    private Command registerWorker(ClusterState state) {
        return new Command.RegisterWorker(
                ids.worker(),
                false,
                cluster(state),
                Map.of(
                        "ecs.capability.x",
                        "",
                        "zone",
                        "z" + random.nextInt(3),
                        "gantry.capability.lease",
                        ""),
                List.of(tag()),
                new Resources(4096, 8192),
                List.of(HostPort.tcp(22), HostPort.udp(53)),
                random.nextBoolean() ? "token" + random.nextLong() : null,
                random.nextBoolean() ? List.of("gpu-b", "gpu-a") : List.of());
    }

    private Command connect(ClusterState state) {
        return new Command.ConnectWorker(
                worker(state), "n1", new Worker.AgentVersion("1.2", null, "20.10"));
    }

    private Command disconnect(ClusterState state) {
        return new Command.DisconnectWorker(worker(state), session(state));
    }

    private Command run(ClusterState state) {
        @Nullable Token token =
                random.nextBoolean() ? new Token("run c", "t" + random.nextInt(1000)) : null;
        return new Command.RunTasks(
                cluster(state),
                definition(state),
                token,
                "print",
                random.nextBoolean(),
                launch(),
                starts(state, 1 + random.nextInt(3)));
    }

    private Command runJobs(ClusterState state) {
        Tag queue = Tag.builder().key("gantry:queue").value("q:" + random.nextInt(3)).build();
        Tag wait = Tag.builder().key("gantry:wait-for-capacity").value("9s").build();
        Tag again = Tag.builder().key("gantry:retries").value("2").build();
        var ask =
                new Job.Ask(
                        definition(state),
                        SMALL,
                        "family:f",
                        random.nextBoolean() ? "me" : null,
                        "EC2",
                        null,
                        random.nextBoolean(),
                        random.nextBoolean() ? List.of(queue, again) : List.of(wait, again),
                        List.of(),
                        List.of());
        List<Command.Newcomer> newcomers =
                starts(state, 1 + random.nextInt(3)).stream()
                        .map(
                                each ->
                                        new Command.Newcomer(
                                                each.task(),
                                                each.containers(),
                                                random.nextBoolean() ? each.worker() : null,
                                                each.provision()))
                        .toList();
        return new Command.RunJobs(
                cluster(state), ask, null, "print", random.nextBoolean(), newcomers);
    }

    private Command placeJobs(ClusterState state) {
        String cluster = cluster(state);
        return new Command.PlaceJobs(
                cluster,
                state.jobs()
                        .waitingIn(cluster)
                        .limit(3)
                        .map(job -> new Command.Placing(job.id(), worker(state)))
                        .toList());
    }

    private Command.Launch launch() {
        var overrides = TaskOverride.builder().cpu("64").build();
        return new Command.Launch(
                "family:f",
                random.nextBoolean() ? "me" : null,
                "EC2",
                random.nextBoolean() ? overrides : null,
                random.nextBoolean(),
                tagsOfTasks(),
                false,
                new Footprint(new Resources(16, 16), List.of(), List.of(), random.nextInt(3) / 2),
                random.nextBoolean() ? new Loss(60_000, random.nextBoolean()) : null,
                random.nextBoolean() ? List.of("attribute:zone != z0") : List.of());
    }

    private List<Command.Start> starts(ClusterState state, int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        i ->
                                new Command.Start(
                                        ids.task(),
                                        worker(state),
                                        List.of(
                                                Task.Container.placed(
                                                        "main",
                                                        ids.uuid().toString(),
                                                        true,
                                                        Task.Health.UNKNOWN)),
                                        random.nextInt(4) > 0
                                                ? null
                                                : new Provision("FARGATE", "1.4.0", false)))
                .toList();
    }

    private Command observe(ClusterState state) {
        Task.Status status = any(Stream.of(Task.Status.values()), () -> Task.Status.PENDING);
        var binding = NetworkBinding.builder().containerPort(80).hostPort(32768).build();
        var seen =
                new Command.ContainerSeen(
                        "main",
                        status,
                        status == Task.Status.STOPPED ? 137 : null,
                        null,
                        "abc",
                        random.nextBoolean() ? digest() : null,
                        random.nextBoolean() ? List.of(binding) : null,
                        Task.Health.HEALTHY);
        return new Command.ObserveTasks(
                List.of(
                        new Command.Observation(
                                task(state), status, null, List.of(seen), 1, 2, 0)));
    }

    private String digest() {
        return "sha256:" + Integer.toHexString(random.nextInt(16)).repeat(64);
    }

    /** Of one of the services that have task sets, if there are any. */
    private ServiceKey external(ClusterState state) {
        return any(
                state.services().values().filter(Service::external).map(Service::key),
                () -> service(state));
    }

    private long taskSet(ClusterState state) {
        return any(
                state.services()
                        .values()
                        .filter(Service::external)
                        .flatMap(each -> each.deployments().stream())
                        .map(Deployment::number),
                () -> ids.deployment());
    }

    private Scale percent() {
        return Scale.builder().value(random.nextInt(101) * 1.0).unit("PERCENT").build();
    }

    private Command createTaskSet(ClusterState state) {
        var spec =
                TaskSet.builder()
                        .externalId("release")
                        .taskDefinition("f:1")
                        .launchType("EC2")
                        .scale(percent())
                        .build();
        @Nullable Token token =
                random.nextBoolean() ? new Token("set c", "t" + random.nextInt(1000)) : null;
        return new Command.CreateTaskSet(
                external(state),
                ids.deployment(),
                definition(state),
                spec,
                List.of(tag()),
                token,
                "print");
    }

    private Command createService(ClusterState state) {
        if (random.nextInt(4) == 0) {
            return new Command.CreateService(
                    new ServiceKey(cluster(state), "s" + random.nextInt(5)),
                    software.amazon.awssdk.services.ecs.model.Service.builder()
                            .deploymentController(d -> d.type("EXTERNAL"))
                            .build(),
                    random.nextInt(6),
                    List.of(tag()),
                    null,
                    0,
                    null,
                    "print");
        }
        var spec =
                software.amazon.awssdk.services.ecs.model.Service.builder()
                        .serviceName("s")
                        .schedulingStrategy(random.nextInt(8) > 0 ? "REPLICA" : "DAEMON")
                        .deploymentConfiguration(random.nextInt(4) > 0 ? breaker() : blueGreen())
                        .build();
        return new Command.CreateService(
                new ServiceKey(cluster(state), "s" + random.nextInt(5)),
                spec,
                random.nextInt(6),
                List.of(tag()),
                definition(state),
                ids.deployment(),
                null,
                "print");
    }

    private DeploymentConfiguration breaker() {
        return DeploymentConfiguration.builder()
                .deploymentCircuitBreaker(
                        b -> b.enable(random.nextBoolean()).rollback(random.nextBoolean()))
                .build();
    }

    private static DeploymentConfiguration blueGreen() {
        return DeploymentConfiguration.builder()
                .strategy("BLUE_GREEN")
                .bakeTimeInMinutes(1)
                .lifecycleHooks(
                        DeploymentLifecycleHook.builder()
                                .targetType("PAUSE")
                                .lifecycleStagesWithStrings("PRE_SCALE_UP")
                                .build())
                .build();
    }

    private Command updateService(ClusterState state) {
        ServiceKey key = service(state);
        @Nullable Service known = state.services().get(key);
        return new Command.UpdateService(
                key,
                known == null ? 0 : known.version(),
                known == null
                        ? software.amazon.awssdk.services.ecs.model.Service.builder().build()
                        : controlled(known.spec()),
                random.nextInt(6),
                definition(state),
                ids.deployment());
    }

    /** Sometimes in other hands than before. */
    private software.amazon.awssdk.services.ecs.model.Service controlled(
            software.amazon.awssdk.services.ecs.model.Service spec) {
        return random.nextInt(4) > 0
                ? spec
                : spec.toBuilder()
                        .deploymentController(
                                d -> d.type(random.nextBoolean() ? "EXTERNAL" : "ECS"))
                        .build();
    }

    private Command commit(ClusterState state) {
        ServiceKey key = service(state);
        @Nullable Service known = state.services().get(key);
        List<TaskId> running =
                state.tasksOf(key).filter(Task::wanted).limit(1).map(Task::id).toList();
        return new Command.CommitPlan(
                key,
                known == null ? 0 : known.version(),
                launch(),
                starts(state, random.nextInt(3)),
                random.nextInt(4) == 0 ? running : List.of(),
                random.nextInt(4) == 0 ? "was unable to place a task" : null,
                known == null || !known.byLanes() || known.deployments().isEmpty()
                        ? 0
                        : known.primary().number(),
                random.nextInt(4) == 0 ? List.of(eviction(state)) : List.of());
    }

    private Command.Eviction eviction(ClusterState state) {
        @Nullable Task victim = state.tasks().get(task(state));
        return victim == null
                ? new Command.Eviction(worker(state), List.of())
                : new Command.Eviction(victim.worker(), List.of(victim.id()));
    }

    private Command makeRoom(ClusterState state) {
        return new Command.MakeRoom(
                cluster(state), launch(), 1 + random.nextInt(3), List.of(eviction(state)));
    }

    private Command drain(ClusterState state) {
        return new Command.DrainWorker(
                worker(state),
                random.nextInt(2) * 30_000L,
                random.nextBoolean() ? new Rate(1, 10_000) : null);
    }

    private List<Tag> tagsOfTasks() {
        var priority =
                Tag.builder()
                        .key("gantry:priority")
                        .value(Integer.toString(random.nextInt(101)))
                        .build();
        return random.nextBoolean() ? List.of(tag()) : List.of(tag(), priority);
    }

    private Tag tag() {
        return Tag.builder().key("k" + random.nextInt(9)).value("Grüße").build();
    }

    private String cluster(ClusterState state) {
        return any(
                state.clusters().values().filter(c -> c.active()).map(c -> c.name()), () -> "none");
    }

    private WorkerId worker(ClusterState state) {
        return any(state.workers().values().map(Worker::id), ids::worker);
    }

    private long session(ClusterState state) {
        return any(state.workers().values().map(Worker::session), () -> 0L);
    }

    private TaskId task(ClusterState state) {
        return any(state.tasks().values().map(Task::id), ids::task);
    }

    private ServiceKey service(ClusterState state) {
        return any(state.services().values().map(Service::key), () -> new ServiceKey("c", "s"));
    }

    private ServiceDeployment.Key deployment(ClusterState state) {
        return any(
                state.releases().deployments().values().map(ServiceDeployment::key),
                () -> new ServiceDeployment.Key(service(state), "x"));
    }

    private String hook(ClusterState state) {
        return any(
                state.releases()
                        .deployments()
                        .values()
                        .map(ServiceDeployment::staging)
                        .filter(Objects::nonNull)
                        .flatMap(staging -> staging.hooks().stream())
                        .map(Staging.Hook::id),
                () -> "none");
    }

    private TaskDefinitionKey definition(ClusterState state) {
        return any(
                state.taskDefinitions()
                        .values()
                        .map(row -> row.key())
                        .filter(key -> !key.isDaemon()),
                () -> new TaskDefinitionKey("f", 1));
    }

    private <T> T any(Stream<T> all, Supplier<T> otherwise) {
        List<T> list = all.toList();
        return list.isEmpty() ? otherwise.get() : list.get(random.nextInt(list.size()));
    }
}
