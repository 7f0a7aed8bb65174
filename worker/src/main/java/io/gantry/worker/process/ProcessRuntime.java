package io.gantry.worker.process;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.time.LoopThread;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentEvent.Stage;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.fence.Fence;
import io.gantry.worker.fence.Guard;
import io.gantry.worker.runtime.ContainerNames;
import io.gantry.worker.runtime.ContainerNeeds;
import io.gantry.worker.runtime.ContainerRuntime;
import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.ContainerUsage;
import io.gantry.worker.runtime.InjectedEnvironment;
import io.gantry.worker.runtime.StageWork;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers as processes of this machine. See the package for what they get and what not. */
public final class ProcessRuntime implements ContainerRuntime {
    private static final Logger log = LoggerFactory.getLogger(ProcessRuntime.class);
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(200);
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(2);
    private static final Duration LOST_AFTER = Duration.ofSeconds(3);
    private static final long OUTPUT_LIMIT_BYTES = 32L << 20;

    private final Path directory;
    private final ContainerNeeds needs;
    private final Consumer<AgentEvent> events;
    private final StageWork work;
    private final ProcessPlanner planner;
    private final LoopThread watch = new LoopThread("process-watch");
    private final Map<ContainerKey, WatchedProcess> running = new ConcurrentHashMap<>();
    private final Map<ContainerKey, ProcessSpec> planned = new ConcurrentHashMap<>();
    private final Map<ContainerKey, Long> deadSinceMillis = new ConcurrentHashMap<>();

    /** Looks nothing up for its containers. */
    public ProcessRuntime(
            Path directory, InjectedEnvironment injected, Consumer<AgentEvent> events) {
        this(directory, injected, ContainerNeeds.NONE, events);
    }

    /**
     * Keeps the processes' files in {@code directory}.
     *
     * @param needs asked before a process is planned
     * @param events called from any thread
     */
    public ProcessRuntime(
            Path directory,
            InjectedEnvironment injected,
            ContainerNeeds needs,
            Consumer<AgentEvent> events) {
        this.directory = directory.toAbsolutePath();
        this.needs = needs;
        this.events = events;
        work = new StageWork(events);
        planner = new ProcessPlanner(injected);
        try {
            Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        watch.after(WATCH_INTERVAL, this::look);
    }

    @Override
    public String version() {
        return "processes";
    }

    @Override
    public List<String> capabilities() {
        return List.of(
                "gantry.capability.process-engine",
                "com.amazonaws.ecs.capability.logging-driver.json-file");
    }

    @Override
    public List<String> workerAddresses() {
        return List.of("127.0.0.1");
    }

    @Override
    public List<FoundContainer> adopt() {
        List<FoundContainer> found = new ArrayList<>();
        List<Path> directories;
        try (Stream<Path> listing = Files.list(directory)) {
            directories = listing.sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        for (Path path : directories) {
            ProcessDirectory one = new ProcessDirectory(path);
            ProcessSpec spec = one.spec();
            if (spec == null) {
                discard(one);
            } else {
                found.add(adopt(one, spec));
            }
        }
        return found;
    }

    private FoundContainer adopt(ProcessDirectory one, ProcessSpec spec) {
        planned.put(spec.key(), spec);
        // The shell of a launch just before the restart may still be on its way.
        WatchedProcess process =
                one.launched() ? awaitBegin(one, spec, Duration.ofSeconds(2)) : null;
        if (process == null) {
            return new FoundContainer(spec.key(), one.id(), null, null);
        }
        Exit exit = process.exit();
        if (exit == null && !process.runs()) {
            exit = new Exit(null, WatchedProcess.LOST, System.currentTimeMillis());
        }
        if (exit == null) {
            running.put(spec.key(), process);
        }
        return new FoundContainer(spec.key(), one.id(), facts(process), exit);
    }

    private static RuntimeFacts facts(WatchedProcess process) {
        try {
            return process.facts();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void pull(AgentAction.Pull order) {
        String image = order.container().image();
        events.accept(
                ProcessPlanner.IMAGE.equals(image)
                        ? new AgentEvent.Pulled(order.key(), null)
                        : new AgentEvent.Failed(
                                order.key(),
                                Stage.PULL,
                                ("CannotPullContainerError: this worker runs without a container"
                                                + " engine and knows only the image host, not %s. Install"
                                                + " Docker or Podman and set GANTRY_ENGINE=docker")
                                        .formatted(image)));
    }

    @Override
    public void create(AgentAction.Create order) {
        work.begin(
                order.key(),
                Stage.CREATE,
                () -> createNow(order, needs.complete(order.task(), order.container())));
    }

    private synchronized void createNow(AgentAction.Create order, AcsContainer container)
            throws IOException {
        ProcessDirectory place =
                new ProcessDirectory(
                        directory.resolve(
                                ContainerNames.container(order.task(), order.container().name())));
        try {
            List<PortBinding> taken =
                    planned.values().stream().flatMap(spec -> spec.bindings().stream()).toList();
            ProcessSpec spec = planner.plan(order.task(), container, taken);
            place.create(spec);
            Long lease = order.task().leaseMillis();
            if (lease != null) {
                place.lease(lease, Fence.renewed(directory.resolveSibling("fence")));
            }
            planned.put(order.key(), spec);
        } catch (ProcessPlanner.RefusedException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
        events.accept(new AgentEvent.Created(order.key(), place.id()));
    }

    @Override
    public void start(AgentAction.Start order) {
        work.begin(order.key(), Stage.START, () -> startNow(order));
    }

    private void startNow(AgentAction.Start order) throws IOException {
        ProcessDirectory place = new ProcessDirectory(directory.resolve(order.runtimeId()));
        ProcessSpec spec = place.spec();
        if (spec == null) {
            throw new IOException("no such container: " + order.runtimeId());
        }
        requireExecutable(spec);
        Process supervisor = place.launch(spec);
        WatchedProcess process = awaitBegin(place, spec, START_LIMIT);
        if (process == null) {
            supervisor.destroyForcibly();
            throw new IOException("the process did not begin; are sh and setsid there?");
        }
        RuntimeFacts facts = process.facts();
        running.put(order.key(), process);
        events.accept(new AgentEvent.Started(order.key(), facts));
        awaitEnd(supervisor, process);
    }

    /** Sees an end at once; the regular look is for processes of earlier workers. */
    private void awaitEnd(Process supervisor, WatchedProcess process) {
        Thread.startVirtualThread(
                () -> {
                    try {
                        supervisor.waitFor();
                        watch.run(() -> look(process));
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /** What the shell would only say after the start, with an exit code of its own making. */
    private static void requireExecutable(ProcessSpec spec) throws IOException {
        String name = spec.command().getFirst();
        String workingDirectory = spec.workingDirectory();
        if (workingDirectory != null && !Files.isDirectory(Path.of(workingDirectory))) {
            throw new IOException("no such working directory: " + workingDirectory);
        }
        if (name.contains("/")) {
            Path base = workingDirectory == null ? Path.of("/") : Path.of(workingDirectory);
            if (!Files.isExecutable(base.resolve(name))) {
                throw new IOException("not an executable file: " + name);
            }
            return;
        }
        for (String place : spec.environment().getOrDefault("PATH", "").split(":", -1)) {
            if (!place.isEmpty() && Files.isExecutable(Path.of(place, name))) {
                return;
            }
        }
        throw new IOException("executable file not found in PATH: " + name);
    }

    private static @Nullable WatchedProcess awaitBegin(
            ProcessDirectory place, ProcessSpec spec, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            ProcStat began = place.began();
            WatchedProcess process = began == null ? null : new WatchedProcess(place, spec, began);
            if (process != null && process.settled()) {
                return process;
            }
            if (System.nanoTime() > end || Thread.interrupted()) {
                return null;
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void stop(AgentAction.Stop order) {
        work.begin(order.key(), Stage.STOP, () -> stopNow(order));
    }

    private void stopNow(AgentAction.Stop order) throws IOException, InterruptedException {
        WatchedProcess process = running.get(order.key());
        if (process == null) {
            return;
        }
        process.signal(process.spec().stopSignal());
        watch.after(Duration.ofMillis(order.timeoutMillis()), () -> kill(process));
    }

    private void kill(WatchedProcess process) {
        work.begin(process.spec().key(), Stage.STOP, () -> process.signal("KILL"));
    }

    /** Processes have nothing in common that must be let go of. */
    @Override
    public void release(AgentAction.Release order) {}

    @Override
    public void remove(AgentAction.RemoveTask order) {
        for (String id : order.runtimeIds()) {
            ProcessDirectory place = new ProcessDirectory(directory.resolve(id));
            Thread.startVirtualThread(() -> discard(place));
        }
    }

    @Override
    public void removeStray(AgentAction.RemoveStray order) {
        ProcessDirectory place = new ProcessDirectory(directory.resolve(order.runtimeId()));
        WatchedProcess process = running.remove(order.key());
        work.begin(
                order.key(),
                Stage.STOP,
                () -> {
                    if (process != null) {
                        process.signal("KILL");
                        awaitExit(process, EXIT_LIMIT);
                    }
                    discard(place);
                });
    }

    /**
     * The shell that watches a process writes down its end; nobody should remove files meanwhile.
     */
    private static void awaitExit(WatchedProcess process, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (process.exit() == null && System.nanoTime() < end && !Thread.interrupted()) {
            LockSupport.parkNanos(2_000_000);
        }
    }

    private void discard(ProcessDirectory place) {
        try {
            ProcessSpec spec = place.spec();
            if (spec != null) {
                planned.remove(spec.key(), spec);
            }
            place.delete();
        } catch (IOException failure) {
            log.atWarn().setCause(failure).addKeyValue("path", place.path()).log("not removed");
        }
    }

    private void look() {
        running.values().forEach(this::look);
        watch.after(WATCH_INTERVAL, this::look);
    }

    private void look(WatchedProcess process) {
        ContainerKey key = process.spec().key();
        if (!process.equals(running.get(key))) {
            return;
        }
        Exit exit = process.exit();
        if (exit == null && !process.runs()) {
            long now = System.currentTimeMillis();
            long since = deadSinceMillis.computeIfAbsent(key, _ -> now);
            if (now - since >= LOST_AFTER.toMillis()) {
                exit = new Exit(null, WatchedProcess.LOST, now);
            }
        }
        if (exit != null) {
            running.remove(key, process);
            deadSinceMillis.remove(key);
            events.accept(new AgentEvent.Exited(key, exit));
        }
        process.directory().boundOutput(OUTPUT_LIMIT_BYTES);
    }

    @Override
    public Map<ContainerKey, ContainerUsage> usage() {
        List<ProcStat> processes = processes();
        Map<ContainerKey, ContainerUsage> usage =
                new TreeMap<>(Comparator.comparing(ContainerKey::toString));
        running.forEach((key, process) -> usage.put(key, sum(process.began().pid(), processes)));
        return usage;
    }

    @Override
    public @Nullable String statistics(ContainerKey key) {
        WatchedProcess process = running.get(key);
        if (process == null) {
            return null;
        }
        long session = process.began().pid();
        return ProcessStatistics.of(
                process.directory().id(),
                process.spec().name(),
                processes().stream().filter(one -> one.session() == session).toList());
    }

    private static List<ProcStat> processes() {
        List<ProcStat> processes = new ArrayList<>();
        File[] entries =
                new File("/proc").listFiles((_, name) -> Character.isDigit(name.charAt(0)));
        for (File entry : entries == null ? new File[0] : entries) {
            ProcStat stat = ProcStat.read(entry.toPath().resolve("stat"));
            if (stat != null) {
                processes.add(stat);
            }
        }
        return processes;
    }

    private static ContainerUsage sum(long session, List<ProcStat> processes) {
        long ticks = 0;
        long pages = 0;
        for (ProcStat process : processes) {
            if (process.session() == session) {
                ticks += process.cpuTicks();
                pages += process.residentPages();
            }
        }
        return new ContainerUsage(ticks * 10_000_000, pages * 4096, 0, 0, 0, 0);
    }

    @Override
    public boolean handsOutGpus() {
        return false;
    }

    @Override
    public Guard guard(Path place) {
        return Guard.shell(place);
    }

    @Override
    public String guardTarget(String runtimeId) {
        return "process " + directory.resolve(runtimeId);
    }

    @Override
    public boolean healthy() {
        return Files.isDirectory(directory);
    }

    @Override
    public ContainerStreams streams() {
        return new ProcessStreams(directory);
    }

    @Override
    public void close() {
        watch.close();
    }
}
