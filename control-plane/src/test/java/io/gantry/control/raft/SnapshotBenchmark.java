package io.gantry.control.raft;

import io.gantry.common.model.IdSource;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker.AgentVersion;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * Run on demand, with the options of {@code jvm/control-plane.args}: a node whose state holds many
 * tasks saves a snapshot while somebody writes beside it; then another group begins with the file,
 * and a node without data is sent the state.
 */
final class SnapshotBenchmark {
    private static final int WORKERS = 500;
    private static final int PER_COMMAND = 100;
    private static final String CLUSTER = "default";
    private static final Footprint FOOTPRINT =
            new Footprint(new Resources(1, 1), List.of(), List.of());

    private final IdSource ids = new IdSource(Clock.system(), new SplittableRandom(1));
    private final AtomicLong longest = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicBoolean stopping = new AtomicBoolean();

    private SnapshotBenchmark() {}

    /** Arguments: how many tasks, 100,000 if missing; {@code save} to do without the new group. */
    public static void main(String[] args) throws Exception {
        int tasks = args.length == 0 ? 100_000 : Integer.parseInt(args[0]);
        Path directory = Files.createTempDirectory("snapshot-benchmark");
        Path file = directory.resolve("saved");
        new SnapshotBenchmark().save(tasks, directory, file);
        if (args.length < 2) {
            begin(file, directory.resolve("two"));
        }
        System.exit(0);
    }

    private void save(int tasks, Path directory, Path file) throws Exception {
        try (var nodes = Nodes.started(directory.resolve("one"), 1, Limits.USUAL)) {
            RaftNode node = nodes.node(1);
            nodes.leader();
            fill(node, tasks);
            System.out.printf("%,d tasks%n", node.state().tasks().size());
            Thread writer = Thread.ofPlatform().start(() -> write(node));
            pause(2_000);
            System.out.println("without a snapshot:        " + stall());
            for (int i = 0; i < 5; i++) {
                long began = System.nanoTime();
                save(node, file);
                System.out.printf(
                        "saved in %,5d ms, %,d bytes; %s%n",
                        millisSince(began), Files.size(file), stall());
            }
            periodic(node);
            stopping.set(true);
            writer.join();
        }
        long inspecting = System.nanoTime();
        Backup.inspect(file);
        System.out.printf("inspected in %,d ms%n", millisSince(inspecting));
    }

    /** The one that a node takes for itself, once its log is long enough. */
    private void periodic(RaftNode node) throws Exception {
        long before = node.stats().snapshot().index();
        for (int i = 0; i < Limits.USUAL.snapshotEntries(); i++) {
            node.submit(new Command.DeleteCluster("none")).get(10, TimeUnit.SECONDS);
            if (node.stats().snapshot().index() > before) {
                break;
            }
        }
        Awaiting.until("a snapshot", () -> node.stats().snapshot().index() > before);
        System.out.printf(
                "taken by itself in %,d ms; %s%n", node.stats().snapshot().tookMillis(), stall());
    }

    private static void begin(Path file, Path directory) throws Exception {
        try (var nodes = new Nodes(directory, 3, Limits.USUAL)) {
            Backup.restore(file, List.of(nodes.directory(1), nodes.directory(2)));
            long began = System.nanoTime();
            // A group is founded once all of its nodes are up.
            nodes.startAll();
            nodes.leader();
            up(nodes.node(1));
            System.out.printf("two nodes began with it in %,d ms%n", millisSince(began));
            RaftNode third = nodes.node(3);
            up(third);
            System.out.printf(
                    "a fresh node, started with them, was sent it and is up in %,d ms, with %,d tasks%n",
                    millisSince(began), third.state().tasks().size());
            nodes.crash(3);
            long again = System.nanoTime();
            up(nodes.start(3));
            System.out.printf("and again from its disk in %,d ms%n", millisSince(again));
        }
    }

    private static void up(RaftNode node) {
        Awaiting.until(
                "caught up",
                Duration.ofMinutes(2),
                () -> node.catchUp().handle((nothing, late) -> late == null).join());
    }

    private static void save(RaftNode node, Path file) throws Exception {
        node.catchUp().get(10, TimeUnit.SECONDS);
        try (OutputStream out = Files.newOutputStream(file)) {
            node.snapshot().writeTo(out, System.currentTimeMillis());
        }
    }

    /** Writes one command after the other and keeps account of how long the slowest took. */
    private void write(RaftNode node) {
        while (!stopping.get()) {
            long began = System.nanoTime();
            node.submit(new Command.DeleteCluster("none")).join();
            longest.accumulateAndGet(System.nanoTime() - began, Math::max);
            writes.incrementAndGet();
        }
    }

    private String stall() {
        return "%,d writes meanwhile, the slowest took %.1f ms"
                .formatted(writes.getAndSet(0), longest.getAndSet(0) / 1e6);
    }

    private static void pause(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        Awaiting.until("a while", () -> System.nanoTime() - until > 0);
    }

    private static long millisSince(long began) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    private void fill(RaftNode node, int tasks) throws Exception {
        submit(node, RandomCommands.found());
        submit(node, new Command.CreateCluster(Cluster.builder().clusterName(CLUSTER).build()));
        submit(
                node,
                new Command.RegisterTaskDefinition(
                        TaskDefinition.builder().family("app").build(), List.of(), FOOTPRINT));
        var workers = new ArrayList<WorkerId>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(register(node));
        }
        for (int i = 0; i < tasks; i += PER_COMMAND) {
            run(node, workers.get(i / PER_COMMAND % WORKERS));
        }
    }

    private WorkerId register(RaftNode node) throws Exception {
        WorkerId worker = ids.worker();
        submit(
                node,
                new Command.RegisterWorker(
                        worker,
                        false,
                        CLUSTER,
                        Map.of("ecs.os-type", "linux"),
                        List.of(),
                        new Resources(1_000_000, 1_000_000),
                        List.of(),
                        null,
                        List.of()));
        submit(
                node,
                new Command.ConnectWorker(worker, "n1", new AgentVersion("1.0", null, "20.10")));
        return worker;
    }

    private void run(RaftNode node, WorkerId worker) throws Exception {
        var starts = new ArrayList<Command.Start>();
        var seen = new ArrayList<Command.Observation>();
        for (int i = 0; i < PER_COMMAND; i++) {
            var container =
                    Task.Container.placed("main", ids.uuid().toString(), true, Task.Health.UNKNOWN);
            var start = new Command.Start(ids.task(), worker, List.of(container));
            starts.add(start);
            seen.add(running(start));
        }
        submit(
                node,
                new Command.RunTasks(
                        CLUSTER,
                        new TaskDefinitionKey("app", 1),
                        null,
                        "",
                        false,
                        new Command.Launch(
                                "family:app",
                                "benchmark",
                                "EC2",
                                null,
                                false,
                                List.of(Tag.builder().key("team").value("a").build()),
                                false,
                                FOOTPRINT),
                        starts));
        submit(node, new Command.ObserveTasks(seen));
    }

    private static Command.Observation running(Command.Start start) {
        var binding = NetworkBinding.builder().containerPort(80).hostPort(32_768).build();
        var seen =
                new Command.ContainerSeen(
                        "main",
                        Task.Status.RUNNING,
                        null,
                        null,
                        "0123456789abcdef".repeat(4),
                        "sha256:" + "0123456789abcdef".repeat(4),
                        List.of(binding),
                        Task.Health.HEALTHY);
        return new Command.Observation(
                start.task(), Task.Status.RUNNING, null, List.of(seen), 1, 2, 0);
    }

    private static void submit(RaftNode node, Command command) throws IOException {
        try {
            node.submit(command).get(10, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IOException("the benchmark cannot go on", failed);
        }
    }
}
