package io.gantry.worker;

import io.gantry.common.acs.AcsMessage.GantryLeaseMessage;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.time.Clock;
import io.gantry.common.time.LoopThread;
import io.gantry.worker.core.Agent;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentSettings;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.docker.DockerRuntime;
import io.gantry.worker.docker.DockerSettings;
import io.gantry.worker.endpoints.CredentialStore;
import io.gantry.worker.endpoints.EndpointParts;
import io.gantry.worker.endpoints.EndpointServer;
import io.gantry.worker.fence.BootTime;
import io.gantry.worker.fence.Fence;
import io.gantry.worker.fence.Guard;
import io.gantry.worker.journal.Journal;
import io.gantry.worker.lookup.Lookups;
import io.gantry.worker.process.ProcessRuntime;
import io.gantry.worker.runtime.ContainerNeeds;
import io.gantry.worker.runtime.ContainerRuntime;
import io.gantry.worker.runtime.InjectedEnvironment;
import io.gantry.worker.session.AccessKey;
import io.gantry.worker.session.ControlPlaneSession;
import io.gantry.worker.session.EcsCalls;
import io.gantry.worker.session.KeySigner;
import io.gantry.worker.session.RequestSigner;
import io.gantry.worker.session.SessionSettings;
import io.gantry.worker.session.VertxTransport;
import io.gantry.worker.streams.StreamService;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running worker. */
public final class WorkerAgent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkerAgent.class);
    private static final String VERSION = "0.1.0";
    private static final long STOP_LIMIT_SECONDS = 1;

    private final LoopThread loop = new LoopThread("worker");
    private final Vertx vertx =
            Vertx.vertx(
                    new VertxOptions()
                            .setEventLoopPoolSize(1)
                            .setWorkerPoolSize(1)
                            .setInternalBlockingPoolSize(1));
    private final VertxTransport transport = new VertxTransport(vertx);
    private final WorkerConfig config;
    private final Journal journal;
    private final CredentialStore credentials = new CredentialStore();
    private final AtomicReference<@Nullable TaskDriver> driver = new AtomicReference<>();
    private final @Nullable EndpointServer endpoints;
    private volatile @Nullable ContainerRuntime runtime;
    private @Nullable StreamService streams;
    private volatile @Nullable ControlPlaneSession session;

    private WorkerAgent(WorkerConfig config) {
        this.config = config;
        journal =
                Journal.open(
                        config.dataDirectory().resolve("journal"),
                        config.cluster(),
                        new SecureRandom());
        endpoints = config.local().port() == 0 ? null : endpoints(journal);
    }

    /**
     * Starts a worker; it adopts what an earlier one with the same data directory left running.
     *
     * @throws RuntimeException if the data directory or the engine cannot be used
     */
    public static WorkerAgent start(WorkerConfig config) {
        WorkerAgent worker = new WorkerAgent(config);
        try {
            worker.begin();
            return worker;
        } catch (RuntimeException failure) {
            worker.close();
            throw failure;
        }
    }

    private EndpointServer endpoints(Journal opened) {
        return new EndpointServer(
                config.local(),
                new EndpointParts(
                        config.cluster(),
                        config.region(),
                        config.attributes().getOrDefault("ecs.availability-zone", ""),
                        opened.identity().agentId(),
                        () -> {
                            TaskDriver current = driver.get();
                            return current == null ? opened.state() : current.state();
                        },
                        () -> opened.identity().containerInstanceArn(),
                        credentials,
                        this::statistics,
                        new EcsCalls(transport, Clock.system(), config.endpoints()),
                        new KeySigner(accessKey(), config.region()),
                        Clock.system()));
    }

    private @Nullable String statistics(ContainerKey key) {
        ContainerRuntime current = runtime;
        return current == null ? null : current.statistics(key);
    }

    private void begin() {
        InjectedEnvironment injected =
                endpoints == null ? InjectedEnvironment.NONE : endpoints::environment;
        ContainerRuntime containers = runtime(injected, this::post);
        runtime = containers;
        Path fenced = config.dataDirectory().toAbsolutePath().resolve("fence");
        Guard guard = containers.guard(fenced);
        Fence fence = guard == null ? null : new Fence(fenced, BootTime.ofMachine(), guard);
        TaskDriver tasks =
                new TaskDriver(
                        new Agent(
                                AgentSettings.usual()
                                        .with(config.stopTimeout(), config.cleanupWait())),
                        journal,
                        containers,
                        credentials,
                        Clock.system(),
                        loop,
                        fence);
        RequestSigner signer = new KeySigner(accessKey(), config.region());
        ControlPlaneSession conversation =
                new ControlPlaneSession(
                        sessionSettings(containers, fence != null),
                        transport,
                        signer,
                        Clock.system(),
                        loop,
                        new SecureRandom(),
                        tasks);
        session = conversation;
        tasks.reportTo(conversation::report, conversation::healthChanged);
        StreamService carrier =
                new StreamService(
                        vertx,
                        signer,
                        Clock.system(),
                        containers.streams(),
                        task -> tasks.state().tasks().get(task));
        streams = carrier;
        tasks.streamTo(carrier::begin);
        driver.set(tasks);
        tasks.post(new AgentEvent.Restarted(adopt(containers)));
        loop.run(conversation::start);
        loop.run(tasks::watchClock);
        loop.run(tasks::watchLease);
        new Tidying(tasks::state, containers, config.images().cleanup().interval(), loop).begin();
        log.atInfo()
                .addKeyValue("engine", containers.version())
                .addKeyValue("cluster", config.cluster())
                .addKeyValue("cpu", config.resources().cpuUnits())
                .addKeyValue("memory_mib", config.resources().memoryMib())
                .log("worker started");
    }

    /** Containers are told where the endpoints are, so both are there before anything begins. */
    private List<FoundContainer> adopt(ContainerRuntime containers) {
        EndpointServer server = endpoints;
        if (server == null) {
            return containers.adopt();
        }
        var listening =
                CompletableFuture.runAsync(
                        () -> server.listen(vertx, containers.workerAddresses()),
                        Thread::startVirtualThread);
        List<FoundContainer> found = containers.adopt();
        listening.join();
        return found;
    }

    private void post(AgentEvent event) {
        TaskDriver current = driver.get();
        if (current != null) {
            current.post(event);
        }
    }

    private ContainerRuntime runtime(InjectedEnvironment injected, Consumer<AgentEvent> events) {
        ContainerNeeds needs = new Lookups(config.lookups(), credentials::get);
        boolean engine =
                switch (config.engine()) {
                    case DOCKER -> true;
                    case PROCESS -> false;
                    case AUTO -> DockerRuntime.available();
                };
        return engine
                ? DockerRuntime.connect(
                        new DockerSettings(
                                journal.identity().agentId(),
                                config.cluster(),
                                config.pullBehavior(),
                                config.images()),
                        injected,
                        needs,
                        events)
                : new ProcessRuntime(
                        config.dataDirectory().resolve("processes"), injected, needs, events);
    }

    private Supplier<AccessKey> accessKey() {
        AccessKey fixed = config.accessKey();
        return fixed == null ? new CredentialsFile(config.credentialsFile()) : () -> fixed;
    }

    private SessionSettings sessionSettings(ContainerRuntime containers, boolean leased) {
        Map<String, String> attributes = new TreeMap<>(Machine.attributes());
        attributes.putAll(config.attributes());
        List<String> capabilities = new ArrayList<>(Machine.capabilities());
        capabilities.addAll(containers.capabilities());
        capabilities.addAll(Lookups.capabilities());
        capabilities.add(GantryStreamMessage.CAPABILITY);
        if (containers.streams().terminals()) {
            capabilities.add(GantryStreamMessage.TTY_CAPABILITY);
        }
        if (leased) {
            capabilities.add(GantryLeaseMessage.CAPABILITY);
        }
        if (endpoints != null) {
            capabilities.add("com.amazonaws.ecs.capability.task-iam-role");
            capabilities.add("com.amazonaws.ecs.capability.task-iam-role-network-host");
        }
        return new SessionSettings(
                config.endpoints(),
                config.cluster(),
                config.resources(),
                config.reservedPorts(),
                capabilities,
                attributes,
                VERSION,
                containers.version(),
                containers.handsOutGpus() ? config.gpus() : List.of());
    }

    /** The name the control plane gave this worker; null until it did. */
    public @Nullable String containerInstanceArn() {
        return journal.identity().containerInstanceArn();
    }

    /** Lets what is being remembered be written; nothing more is taken up after that. */
    private void finishWork() {
        CountDownLatch done = new CountDownLatch(1);
        loop.run(
                () -> {
                    ControlPlaneSession conversation = session;
                    TaskDriver tasks = driver.get();
                    if (conversation != null) {
                        conversation.stop();
                    }
                    if (tasks != null) {
                        tasks.stop();
                    }
                    done.countDown();
                });
        try {
            if (!done.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                log.atWarn().log("worker is busy, stopped all the same");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves the cluster for now. The containers run on. */
    @Override
    public void close() {
        finishWork();
        loop.close();
        if (streams != null) {
            streams.close();
        }
        ContainerRuntime current = runtime;
        if (current != null) {
            current.close();
        }
        if (endpoints != null) {
            endpoints.close();
        }
        transport.close();
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            log.atDebug().setCause(failure).log("network not closed in time");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        journal.close();
        log.atInfo().log("worker stopped");
    }
}
