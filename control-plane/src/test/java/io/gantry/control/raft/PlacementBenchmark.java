package io.gantry.control.raft;

import io.gantry.common.model.IdSource;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Planner;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker.AgentVersion;
import io.gantry.control.core.transition.Transitions;
import io.gantry.control.raft.RaftConfig.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * Run on demand, with {@code -Xmx6g} for a million tasks: how fast tasks are placed on 10,000
 * machines in three zones, with spread over the zones and binpack by memory. First by the planner
 * and the transitions alone, then through the log of a node, then by clients of its API.
 */
final class PlacementBenchmark {
    private static final int MACHINES = 10_000;
    private static final int STEPS = 10;
    private static final int CALLERS = 8;
    private static final String CLUSTER = "default";
    private static final Realm REALM =
            new Realm("us-east-1", "000000000000", new Realm.AccessKey("AKIA", "secret"));
    private static final Footprint FOOTPRINT =
            new Footprint(new Resources(64, 128), List.of(), List.of());
    private static final Resources MACHINE = new Resources(64 * 100, 128 * 100);
    private static final List<PlacementStrategy> STRATEGIES =
            List.of(
                    PlacementStrategy.builder()
                            .type("spread")
                            .field("attribute:ecs.availability-zone")
                            .build(),
                    PlacementStrategy.builder().type("binpack").field("memory").build());

    private final IdSource ids = new IdSource(Clock.system(), new SplittableRandom(1));
    private final RandomGenerator random = new SplittableRandom(2);
    private final int tasks;
    private long planning;

    private PlacementBenchmark(int tasks) {
        this.tasks = tasks;
    }

    /**
     * Arguments: how many tasks, 1,000,000 if missing; then {@code core}, {@code log} or {@code
     * api} for only one of the parts.
     */
    public static void main(String[] args) throws Exception {
        int tasks = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
        String part = args.length < 2 ? "" : args[1];
        if (part.isEmpty() || part.equals("core")) {
            new PlacementBenchmark(tasks).core(100);
            new PlacementBenchmark(tasks / 10).core(10);
        }
        if (part.isEmpty() || part.equals("log")) {
            new PlacementBenchmark(tasks).log();
        }
        if (part.isEmpty() || part.equals("api")) {
            new PlacementBenchmark(tasks).api();
        }
        System.exit(0);
    }

    private List<Command> installation() {
        var commands = new ArrayList<Command>();
        commands.add(new Command.FoundRealm(REALM));
        commands.add(new Command.CreateCluster(Cluster.builder().clusterName(CLUSTER).build()));
        commands.add(
                new Command.RegisterTaskDefinition(
                        TaskDefinition.builder().family("app").build(), List.of(), FOOTPRINT));
        commands.addAll(machines(List.of()));
        return commands;
    }

    /** Machines with these capabilities, connected. */
    private List<Command> machines(List<String> capabilities) {
        var commands = new ArrayList<Command>();
        for (int i = 0; i < MACHINES; i++) {
            WorkerId worker = ids.worker();
            Map<String, String> attributes = new HashMap<>();
            capabilities.forEach(name -> attributes.put(name, ""));
            attributes.put("ecs.availability-zone", "az" + i % 3);
            attributes.put("ecs.os-type", "linux");
            commands.add(
                    new Command.RegisterWorker(
                            worker,
                            false,
                            CLUSTER,
                            attributes,
                            List.of(),
                            MACHINE,
                            List.of(),
                            null,
                            List.of()));
            commands.add(
                    new Command.ConnectWorker(
                            worker, "n1", new AgentVersion("1.0", null, "20.10")));
        }
        return commands;
    }

    /** A request for some tasks of one group, of a hundred groups that there are. */
    private Command.RunTasks request(ClusterState state, int count) {
        String group = "family:app" + random.nextInt(100);
        long began = System.nanoTime();
        List<WorkerId> places =
                Planner.plan(
                                state,
                                new Demand(CLUSTER, FOOTPRINT, count, group, List.of(), STRATEGIES),
                                random)
                        .places();
        planning += System.nanoTime() - began;
        return new Command.RunTasks(
                CLUSTER,
                new TaskDefinitionKey("app", 1),
                null,
                "",
                false,
                new Command.Launch(
                        group, "benchmark", "EC2", null, false, List.of(), false, FOOTPRINT),
                places.stream().map(this::start).toList());
    }

    private Command.Start start(WorkerId worker) {
        return new Command.Start(
                ids.task(),
                worker,
                List.of(
                        Task.Container.placed(
                                "main", ids.uuid().toString(), true, Task.Health.UNKNOWN)));
    }

    private void core(int perRequest) {
        ClusterState state = ClusterState.EMPTY;
        for (Command command : installation()) {
            state = Transitions.apply(state, command, 1).state();
        }
        long empty = usedBytes();
        System.out.printf(
                "%,d machines; %,d tasks, %d of a request, planner and transitions alone%n",
                MACHINES, tasks, perRequest);
        for (int step = 1; step <= STEPS; step++) {
            int goal = (int) ((long) tasks * step / STEPS);
            int before = state.tasks().size();
            planning = 0;
            long began = System.nanoTime();
            while (state.tasks().size() < goal) {
                state = Transitions.apply(state, request(state, perRequest), step).state();
            }
            long took = System.nanoTime() - began;
            int placed = state.tasks().size() - before;
            System.out.printf(
                    "  up to %,9d: %,9.0f placements/s by the planner (%,6.0f us a plan), %,8.0f with applying%n",
                    goal,
                    placed * 1e9 / planning,
                    planning / 1e3 * perRequest / placed,
                    placed * 1e9 / took);
        }
        System.out.printf("  %,d bytes a task%n", (usedBytes() - empty) / tasks);
        if (state.tasks().size() < tasks) {
            throw new AssertionError("the state was needed until here");
        }
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void log() throws Exception {
        Path directory = Files.createTempDirectory("placement-benchmark");
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            RaftNode node = nodes.node(1);
            nodes.leader();
            for (Command command : installation()) {
                node.submit(command).get(10, TimeUnit.SECONDS);
            }
            System.out.printf(
                    "%,d machines; %,d tasks, 10 of a request, %d callers, plan, log and apply%n",
                    MACHINES, tasks, CALLERS);
            for (int step = 1; step <= STEPS; step++) {
                call(node, (int) ((long) tasks * step / STEPS));
            }
        }
    }

    private void api() throws Exception {
        Path directory = Files.createTempDirectory("placement-benchmark");
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            RaftNode node = nodes.node(1);
            nodes.leader();
            node.submit(new Command.FoundRealm(REALM)).get(10, TimeUnit.SECONDS);
            try (var served = new ServedNode(node, REALM);
                    EcsClient operator = served.client()) {
                operator.createCluster(r -> r.clusterName(CLUSTER));
                var required =
                        operator.registerTaskDefinition(PlacementBenchmark::definition)
                                .taskDefinition()
                                .requiresAttributes();
                for (Command command : machines(required.stream().map(Attribute::name).toList())) {
                    node.submit(command).get(10, TimeUnit.SECONDS);
                }
                System.out.printf(
                        "%,d machines; %,d tasks, 10 of a request, %d clients, from the API to applied%n",
                        MACHINES, tasks, CALLERS);
                for (int step = 1; step <= STEPS; step++) {
                    int goal = (int) ((long) tasks * step / STEPS);
                    together(node, goal, () -> client(served, node, goal));
                }
            }
        }
    }

    private static void definition(RegisterTaskDefinitionRequest.Builder request) {
        var container =
                ContainerDefinition.builder()
                        .name("main")
                        .image("busybox")
                        .cpu(FOOTPRINT.resources().cpuUnits())
                        .memory(FOOTPRINT.resources().memoryMib())
                        .build();
        request.family("app").containerDefinitions(container);
    }

    private void client(ServedNode served, RaftNode node, int goal) {
        var choice = new SplittableRandom();
        try (EcsClient ecs = served.client()) {
            while (node.state().tasks().size() < goal) {
                var response =
                        ecs.runTask(
                                r ->
                                        r.taskDefinition("app")
                                                .count(10)
                                                .group("app" + choice.nextInt(100))
                                                .placementStrategy(STRATEGIES));
                if (response.hasFailures()) {
                    throw new AssertionError(response.failures());
                }
            }
        }
    }

    /** Runs a caller on each of several threads, and prints how many tasks they placed a second. */
    private static void together(RaftNode node, int goal, Runnable caller) throws Exception {
        int before = node.state().tasks().size();
        long began = System.nanoTime();
        List<Thread> callers =
                IntStream.range(0, CALLERS)
                        .mapToObj(i -> Thread.ofPlatform().start(caller))
                        .toList();
        for (Thread thread : callers) {
            thread.join();
        }
        int placed = node.state().tasks().size() - before;
        System.out.printf(
                "  up to %,9d: %,8.0f placements/s%n",
                goal, placed * 1e9 / (System.nanoTime() - began));
    }

    private void call(RaftNode node, int goal) throws Exception {
        var refused = new AtomicLong();
        together(node, goal, () -> new PlacementBenchmark(tasks).caller(node, goal, refused));
        System.out.printf("    %,d refused because others were quicker%n", refused.get());
    }

    private void caller(RaftNode node, int goal, AtomicLong refused) {
        while (node.state().tasks().size() < goal) {
            Command.RunTasks request = request(node.state(), 10);
            if (request.starts().isEmpty()) {
                return;
            }
            var committed = node.submit(request).join();
            node.await(committed.index()).join();
            if (committed.reply() instanceof Reply.Started started) {
                refused.addAndGet(started.refused().size());
            }
        }
    }
}
