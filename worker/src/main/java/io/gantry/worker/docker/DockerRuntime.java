package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Statistics;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentEvent.Stage;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.fence.Guard;
import io.gantry.worker.runtime.ContainerNeeds;
import io.gantry.worker.runtime.ContainerRuntime;
import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.ContainerUsage;
import io.gantry.worker.runtime.InjectedEnvironment;
import io.gantry.worker.runtime.StageWork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Gatherers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers of a Docker or Podman engine. */
public final class DockerRuntime implements ContainerRuntime {
    private static final Logger log = LoggerFactory.getLogger(DockerRuntime.class);

    /** Besides json-file and none, which every engine has. */
    private static final Set<String> LOG_DRIVERS = Set.of("syslog", "journald", "fluentd", "gelf");

    /** What is gone may go slowly: those who start and stop containers come first. */
    private static final int CLEANINGS_AT_A_TIME = 2;

    /** When hundreds of containers are adopted, waiting for each answer would take seconds. */
    private static final int INSPECTIONS_AT_A_TIME = 8;

    private final DockerClient client;
    private final Consumer<AgentEvent> events;
    private final StageWork work;
    private final DockerImages images;
    private final PauseContainers pauses;
    private final Info info;
    private final TaskCgroups cgroups;
    private final ContainerMaker maker;
    private final ContainerNeeds needs;
    private final DockerTidying tidying;
    private final Semaphore cleanings = new Semaphore(CLEANINGS_AT_A_TIME, true);
    private final DockerWatch watch;
    private final DockerStats stats;
    private final DockerStreams streams;
    private final DockerGuards guards;
    private final String bridgeGateway;
    private final String version;

    private DockerRuntime(
            DockerClient client,
            DockerSettings settings,
            InjectedEnvironment injected,
            ContainerNeeds needs,
            Consumer<AgentEvent> events) {
        this.client = client;
        this.needs = needs;
        this.events = events;
        work = new StageWork(events, DockerErrors::text);
        bridgeGateway = BridgeAddress.of(client);
        pauses = new PauseContainers(client, settings);
        info = client.infoCmd().exec();
        cgroups = TaskCgroups.detect(info, DockerConnection.isLocal());
        maker =
                new ContainerMaker(
                        client,
                        settings,
                        new DockerPlanner(settings, injected, bridgeGateway),
                        pauses,
                        cgroups);
        var kernel = new KernelUsage(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
        ImageMemory memory = new ImageMemory(settings.images().memory());
        images = new DockerImages(client, settings.pullBehavior(), settings.images(), memory);
        tidying = new DockerTidying(client, settings, memory, images);
        watch = new DockerWatch(client, settings.agentId(), events);
        stats = new DockerStats(client, kernel);
        streams = new DockerStreams(client);
        guards = new DockerGuards(client, settings.agentId());
        version = String.valueOf(client.versionCmd().exec().getVersion());
    }

    /**
     * Connects to the engine.
     *
     * @param events called from any thread
     * @throws IllegalStateException if no engine answers
     */
    public static DockerRuntime connect(
            DockerSettings settings, InjectedEnvironment injected, Consumer<AgentEvent> events) {
        return connect(settings, injected, ContainerNeeds.NONE, events);
    }

    /**
     * Connects to the engine.
     *
     * @param needs asked before a container is made and before its image is pulled
     * @param events called from any thread
     * @throws IllegalStateException if no engine answers
     */
    public static DockerRuntime connect(
            DockerSettings settings,
            InjectedEnvironment injected,
            ContainerNeeds needs,
            Consumer<AgentEvent> events) {
        return connect(DockerConnection.open(), settings, injected, needs, events);
    }

    static DockerRuntime connect(
            DockerClient client,
            DockerSettings settings,
            InjectedEnvironment injected,
            ContainerNeeds needs,
            Consumer<AgentEvent> events) {
        try {
            client.pingCmd().exec();
            return new DockerRuntime(client, settings, injected, needs, events);
        } catch (RuntimeException noAnswer) {
            closeQuietly(client);
            throw new IllegalStateException(
                    "no container engine answers; is Docker or Podman running, and may this user"
                            + " use its socket? (DOCKER_HOST names another one)",
                    noAnswer);
        }
    }

    /** Whether an engine answers at all. */
    public static boolean available() {
        DockerClient client = DockerConnection.open();
        try {
            client.pingCmd().exec();
            return true;
        } catch (RuntimeException noAnswer) {
            return false;
        } finally {
            closeQuietly(client);
        }
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public List<String> capabilities() {
        List<String> names =
                new ArrayList<>(
                        List.of(
                                "com.amazonaws.ecs.capability.privileged-container",
                                "com.amazonaws.ecs.capability.logging-driver.json-file",
                                "com.amazonaws.ecs.capability.logging-driver.none",
                                "ecs.capability.container-health-check",
                                "ecs.capability.network.container-port-range",
                                "ecs.capability.pid-ipc-namespace-sharing",
                                "ecs.capability.private-registry-authentication.secretsmanager",
                                "com.amazonaws.ecs.capability.ecr-auth",
                                "ecs.capability.execution-role-ecr-pull"));
        if (cgroups.work()) {
            names.add("ecs.capability.task-cpu-mem-limit");
        }
        plugins("Log").stream()
                .filter(LOG_DRIVERS::contains)
                .forEach(name -> names.add("com.amazonaws.ecs.capability.logging-driver." + name));
        plugins("Volume").forEach(name -> names.add("ecs.capability.docker-plugin." + name));
        for (int minor = 17; minor <= 32; minor++) {
            if (minor != 26 && minor != 27 && minor != 31) {
                names.add("com.amazonaws.ecs.capability.docker-remote-api.1." + minor);
            }
        }
        return names;
    }

    private List<String> plugins(String kind) {
        Map<String, List<String>> all = info.getPlugins();
        List<String> names = all == null ? null : all.get(kind);
        return names == null ? List.of() : names;
    }

    @Override
    public List<String> workerAddresses() {
        return bridgeGateway.isEmpty() ? List.of("127.0.0.1") : List.of("127.0.0.1", bridgeGateway);
    }

    @Override
    public List<FoundContainer> adopt() {
        pauses.removeLonely();
        List<FoundContainer> found =
                watch.list().stream()
                        .gather(
                                Gatherers.mapConcurrent(
                                        INSPECTIONS_AT_A_TIME, one -> inspect(one.getId())))
                        .filter(Objects::nonNull)
                        .toList();
        for (FoundContainer one : found) {
            if (one.facts() != null && one.exit() == null) {
                watch.runs(one.key(), one.runtimeId());
            }
        }
        watch.start();
        return found;
    }

    private @Nullable FoundContainer inspect(String id) {
        try {
            InspectContainerResponse now = client.inspectContainerCmd(id).exec();
            know(now);
            return DockerFacts.found(now);
        } catch (NotFoundException removed) {
            return null;
        }
    }

    private void know(InspectContainerResponse now) {
        watch.know(now);
        stats.know(now);
    }

    @Override
    public void pull(AgentAction.Pull order) {
        work.begin(
                order.key(),
                Stage.PULL,
                () -> {
                    String digest =
                            images.provide(
                                    String.valueOf(order.container().image()),
                                    () -> needs.login(order.task(), order.container()));
                    events.accept(new AgentEvent.Pulled(order.key(), digest));
                });
    }

    @Override
    public void create(AgentAction.Create order) {
        work.begin(
                order.key(),
                Stage.CREATE,
                () ->
                        events.accept(
                                new AgentEvent.Created(order.key(), maker.make(complete(order)))));
    }

    private AgentAction.Create complete(AgentAction.Create order)
            throws IOException, InterruptedException {
        AcsTask task = order.task();
        return new AgentAction.Create(order.key(), task, needs.complete(task, order.container()));
    }

    @Override
    public void start(AgentAction.Start order) {
        work.begin(
                order.key(),
                Stage.START,
                () -> {
                    watch.runs(order.key(), order.runtimeId());
                    String id;
                    try {
                        id = maker.start(order.key(), order.runtimeId());
                    } catch (RuntimeException failure) {
                        requireRunning(order, failure);
                        id = order.runtimeId();
                    }
                    watch.runs(order.key(), id);
                    InspectContainerResponse now = client.inspectContainerCmd(id).exec();
                    know(now);
                    RuntimeFacts facts = DockerFacts.facts(now);
                    events.accept(new AgentEvent.Started(order.key(), facts));
                });
    }

    /** Looks again: an order whose answer was lost may have been carried out all the same. */
    private void requireRunning(AgentAction.Start order, RuntimeException failure) {
        try {
            FoundContainer now =
                    failure instanceof DockerException ? null : inspect(order.runtimeId());
            if (now != null && now.facts() != null && now.exit() == null) {
                return;
            }
        } catch (RuntimeException noAnswer) {
            failure.addSuppressed(noAnswer);
        }
        watch.abandon(order.key(), order.runtimeId());
        throw failure;
    }

    @Override
    public void stop(AgentAction.Stop order) {
        work.begin(
                order.key(),
                Stage.STOP,
                () -> watch.stop(order.key(), order.runtimeId(), order.timeoutMillis()));
    }

    @Override
    public void release(AgentAction.Release order) {
        inBackground(order.task().arn(), () -> maker.release(order.task()));
    }

    @Override
    public void remove(AgentAction.RemoveTask order) {
        inBackground(order.task().arn(), () -> maker.removeAll(order.task(), order.runtimeIds()));
    }

    private void inBackground(String taskArn, Cleaning cleaning) {
        Thread.startVirtualThread(
                () -> {
                    try {
                        cleanings.acquire();
                        try {
                            cleaning.run();
                        } finally {
                            cleanings.release();
                        }
                    } catch (RuntimeException failure) {
                        log.atWarn()
                                .setCause(failure)
                                .addKeyValue("task", taskArn)
                                .log("not all of a stopped task could be removed");
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /** Removes something, and may wait for it. */
    private interface Cleaning {
        void run() throws InterruptedException;
    }

    @Override
    public void tidy(Supplier<? extends Collection<AcsTask>> known) {
        tidying.tidy(known);
    }

    @Override
    public void removeStray(AgentAction.RemoveStray order) {
        work.begin(
                order.key(), Stage.STOP, () -> maker.removeStray(order.key(), order.runtimeId()));
    }

    @Override
    public Map<ContainerKey, ContainerUsage> usage() {
        return stats.of(watch.running());
    }

    @Override
    public boolean handsOutGpus() {
        return true;
    }

    @Override
    public @Nullable String statistics(ContainerKey key) {
        String id = watch.running().get(key);
        Statistics statistics = id == null ? null : stats.reading(id);
        return statistics == null ? null : RawStatistics.json(statistics);
    }

    @Override
    public @Nullable Guard guard(Path directory) {
        return DockerConnection.isLocal() ? guards.of(directory) : null;
    }

    /** Every process of a container is in a cgroup that is named by its id. */
    @Override
    public String guardTarget(String runtimeId) {
        return "cgroup " + runtimeId;
    }

    @Override
    public boolean healthy() {
        try {
            client.pingCmd().exec();
            return true;
        } catch (RuntimeException noAnswer) {
            return false;
        }
    }

    @Override
    public ContainerStreams streams() {
        return streams;
    }

    private static void closeQuietly(DockerClient client) {
        try {
            client.close();
        } catch (IOException failure) {
            log.atDebug().setCause(failure).log("connection to the engine not closed");
        }
    }

    @Override
    public void close() {
        watch.close();
        closeQuietly(client);
    }
}
