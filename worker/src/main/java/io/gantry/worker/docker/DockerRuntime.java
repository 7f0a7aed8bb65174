package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Statistics;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentEvent.Stage;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.runtime.ContainerNames;
import io.gantry.worker.runtime.ContainerRuntime;
import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.ContainerUsage;
import io.gantry.worker.runtime.InjectedEnvironment;
import io.gantry.worker.runtime.StageWork;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers of a Docker or Podman engine. */
public final class DockerRuntime implements ContainerRuntime {
    private static final Logger log = LoggerFactory.getLogger(DockerRuntime.class);
    private static final long STATS_LIMIT_SECONDS = 5;

    private final DockerClient client;
    private final DockerSettings settings;
    private final Consumer<AgentEvent> events;
    private final StageWork work;
    private final DockerPlanner planner;
    private final DockerImages images;
    private final DockerVolumes volumes;
    private final DockerWatch watch;
    private final DockerStreams streams;
    private final String bridgeGateway;
    private final String version;

    private DockerRuntime(
            DockerClient client,
            DockerSettings settings,
            InjectedEnvironment injected,
            Consumer<AgentEvent> events) {
        this.client = client;
        this.settings = settings;
        this.events = events;
        work = new StageWork(events);
        bridgeGateway = BridgeAddress.of(client);
        planner = new DockerPlanner(settings, injected, bridgeGateway);
        images = new DockerImages(client, settings.pullBehavior());
        volumes = new DockerVolumes(client, settings.agentId());
        watch = new DockerWatch(client, settings.agentId(), events);
        streams = new DockerStreams(client);
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
        DockerClient client = DockerConnection.open();
        try {
            client.pingCmd().exec();
            return new DockerRuntime(client, settings, injected, events);
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
                                "com.amazonaws.ecs.capability.logging-driver.syslog",
                                "com.amazonaws.ecs.capability.logging-driver.journald",
                                "com.amazonaws.ecs.capability.logging-driver.fluentd",
                                "com.amazonaws.ecs.capability.logging-driver.gelf",
                                "ecs.capability.container-health-check",
                                "ecs.capability.docker-plugin.local"));
        for (int minor = 17; minor <= 32; minor++) {
            if (minor != 26 && minor != 27 && minor != 31) {
                names.add("com.amazonaws.ecs.capability.docker-remote-api.1." + minor);
            }
        }
        return names;
    }

    @Override
    public List<String> workerAddresses() {
        return bridgeGateway.isEmpty() ? List.of("127.0.0.1") : List.of("127.0.0.1", bridgeGateway);
    }

    @Override
    public List<FoundContainer> adopt() {
        List<FoundContainer> found = new ArrayList<>();
        for (Container container : watch.list()) {
            FoundContainer one = inspect(container.getId());
            if (one != null) {
                found.add(one);
                if (one.facts() != null && one.exit() == null) {
                    watch.runs(one.key(), one.runtimeId());
                }
            }
        }
        watch.start();
        return found;
    }

    private @Nullable FoundContainer inspect(String id) {
        try {
            return DockerFacts.found(client.inspectContainerCmd(id).exec());
        } catch (NotFoundException removed) {
            return null;
        }
    }

    @Override
    public void pull(AgentAction.Pull order) {
        work.begin(
                order.key(),
                Stage.PULL,
                () -> {
                    String digest = images.provide(String.valueOf(order.container().image()));
                    events.accept(new AgentEvent.Pulled(order.key(), digest));
                });
    }

    @Override
    public void create(AgentAction.Create order) {
        work.begin(order.key(), Stage.CREATE, () -> createNow(order));
    }

    private void createNow(AgentAction.Create order) {
        AcsTask task = order.task();
        volumes.create(task);
        String id;
        try {
            id = planner.plan(client, task, order.container()).exec().getId();
        } catch (ConflictException there) {
            id = ownContainerNamed(ContainerNames.container(task, order.container().name()), there);
        }
        events.accept(new AgentEvent.Created(order.key(), id));
    }

    /** The same order was carried out before, and its answer was lost. */
    private String ownContainerNamed(String name, ConflictException conflict) {
        InspectContainerResponse seen = client.inspectContainerCmd(name).exec();
        Map<String, String> labels = seen.getConfig().getLabels();
        if (labels == null || !settings.agentId().equals(labels.get(DockerLabels.AGENT))) {
            throw conflict;
        }
        return seen.getId();
    }

    @Override
    public void start(AgentAction.Start order) {
        work.begin(
                order.key(),
                Stage.START,
                () -> {
                    watch.runs(order.key(), order.runtimeId());
                    try {
                        client.startContainerCmd(order.runtimeId()).exec();
                    } catch (NotModifiedException runsAlready) {
                        log.atDebug().addKeyValue("id", order.runtimeId()).log("already runs");
                    }
                    RuntimeFacts facts =
                            DockerFacts.facts(client.inspectContainerCmd(order.runtimeId()).exec());
                    events.accept(new AgentEvent.Started(order.key(), facts));
                });
    }

    @Override
    public void stop(AgentAction.Stop order) {
        int seconds = (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(order.timeoutMillis()));
        work.begin(
                order.key(),
                Stage.STOP,
                () -> {
                    try {
                        client.stopContainerCmd(order.runtimeId()).withTimeout(seconds).exec();
                    } catch (NotModifiedException | NotFoundException stopped) {
                        log.atDebug().addKeyValue("id", order.runtimeId()).log("already stopped");
                    }
                    watch.lookAt(order.key(), order.runtimeId());
                });
    }

    @Override
    public void remove(AgentAction.RemoveTask order) {
        Thread.startVirtualThread(
                () -> {
                    try {
                        order.runtimeIds().forEach(this::removeContainer);
                        volumes.remove(order.task());
                    } catch (RuntimeException failure) {
                        log.atWarn()
                                .setCause(failure)
                                .addKeyValue("task", order.task().arn())
                                .log("not all of a stopped task could be removed");
                    }
                });
    }

    private void removeContainer(String id) {
        try {
            client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
        } catch (NotFoundException removed) {
            log.atDebug().addKeyValue("id", id).log("already removed");
        }
    }

    @Override
    public void removeStray(AgentAction.RemoveStray order) {
        work.begin(order.key(), Stage.STOP, () -> removeContainer(order.runtimeId()));
    }

    @Override
    public Map<ContainerKey, ContainerUsage> usage() {
        Map<ContainerKey, ContainerUsage> usage = new ConcurrentHashMap<>();
        List<Thread> readers =
                watch.running().entrySet().stream()
                        .map(
                                entry ->
                                        Thread.startVirtualThread(
                                                () ->
                                                        read(
                                                                entry.getKey(),
                                                                entry.getValue(),
                                                                usage)))
                        .toList();
        try {
            for (Thread reader : readers) {
                reader.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return usage;
    }

    private void read(ContainerKey key, String id, Map<ContainerKey, ContainerUsage> usage) {
        try (FirstReading reading = new FirstReading()) {
            client.statsCmd(id).withNoStream(true).exec(reading);
            reading.awaitCompletion(STATS_LIMIT_SECONDS, TimeUnit.SECONDS);
            Statistics statistics = reading.statistics;
            if (statistics != null) {
                usage.put(key, DockerUsage.of(statistics));
            }
        } catch (IOException | RuntimeException gone) {
            log.atDebug().setCause(gone).addKeyValue("id", id).log("no statistics");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Keeps the one reading there is. */
    private static final class FirstReading extends ResultCallback.Adapter<Statistics> {
        private volatile @Nullable Statistics statistics;

        @Override
        public void onNext(Statistics reading) {
            statistics = reading;
        }
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
