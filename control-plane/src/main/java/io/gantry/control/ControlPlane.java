package io.gantry.control;

import io.gantry.common.model.IdSource;
import io.gantry.common.time.Clock;
import io.gantry.common.time.LoopThread;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Dispatcher;
import io.gantry.common.wire.SigV4;
import io.gantry.control.ControlPlaneConfig.Auth;
import io.gantry.control.ControlPlaneConfig.Peer;
import io.gantry.control.api.ApiContext;
import io.gantry.control.api.EcsApi;
import io.gantry.control.api.Endpoints;
import io.gantry.control.api.StsApi;
import io.gantry.control.api.TaskRoleRules;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.http.HttpServer;
import io.gantry.control.lead.DeadlineClock;
import io.gantry.control.lead.Founding;
import io.gantry.control.lead.HookLoop;
import io.gantry.control.lead.HookTargets;
import io.gantry.control.lead.HttpWebhooks;
import io.gantry.control.lead.JobLoop;
import io.gantry.control.lead.LeaderDuties;
import io.gantry.control.lead.LevelKeeper;
import io.gantry.control.lead.LossPatrol;
import io.gantry.control.lead.PolicyKeeper;
import io.gantry.control.lead.ServiceLoop;
import io.gantry.control.lead.SessionPatrol;
import io.gantry.control.live.HazelcastLiveStore;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica;
import io.gantry.control.metrics.Metrics;
import io.gantry.control.operator.OperatorApi;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.raft.RaftConfig;
import io.gantry.control.raft.RaftNode;
import io.gantry.control.raft.Release;
import io.gantry.control.roles.RoleKeys;
import io.gantry.control.session.AcsEndpoint;
import io.gantry.control.session.ObservationBatcher;
import io.gantry.control.session.Sessions;
import io.gantry.control.session.TcsEndpoint;
import io.gantry.control.stream.SessionMessenger;
import io.gantry.control.stream.Streams;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ecs.model.ServerException;

/** A running control-plane node: everything is wired here, top to bottom. */
public final class ControlPlane implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);
    private static final int EVENT_LOOPS = 2;

    private final Closing closing;
    private final RaftNode raft;
    private final HttpServer http;

    private ControlPlane(Closing closing, RaftNode raft, HttpServer http) {
        this.closing = closing;
        this.raft = raft;
        this.http = http;
    }

    /**
     * Starts a node. It serves at once, and answers that there is no quorum until it has found one.
     *
     * @throws IOException that says what to do, if a port is taken or a directory unusable
     */
    public static ControlPlane start(ControlPlaneConfig config) throws IOException {
        var closing = new Closing();
        FreePorts.check(config);
        try {
            return wire(config, closing);
        } catch (IOException | RuntimeException failed) {
            closing.close();
            throw failed;
        }
    }

    private static ControlPlane wire(ControlPlaneConfig config, Closing closing)
            throws IOException {
        Clock clock = Clock.system();
        RandomGenerator random = new SecureRandom();
        var ids = new IdSource(clock, random);
        Peer self = config.self();

        UUID joins = new Joining(config).group();
        RaftNode raft = closing.on(RaftNode.start(raftConfig(config, joins)));
        HazelcastLiveStore live =
                closing.on(
                        HazelcastLiveStore.start(
                                "gantry",
                                self.host(),
                                self.livePort(),
                                LiveMembers.of(config, raft.membership().peers())));
        raft.addMembersListener(peers -> live.members(LiveMembers.of(config, peers)));
        publishRootKey(raft, config);

        LoopThread leaderLoop = closing.on(new LoopThread("leader"));
        LoopThread patrolLoop = closing.on(new LoopThread("patrol"));
        LoopThread sessionLoop = closing.on(new LoopThread("sessions"));
        var metrics = new Metrics();
        CommandLog commands = metrics.metered(raft, clock);
        var sessions = new Sessions(raft, commands, live, clock, sessionLoop, config.node());
        sessions.start();
        var credentials = new RootCredentials(config.rootCredentials());
        new LeaderDuties(
                        raft,
                        leaderLoop,
                        new Founding(
                                commands,
                                () ->
                                        new Realm(
                                                config.region(),
                                                config.account(),
                                                credentials.readOrGenerate())),
                        new ServiceLoop(raft, commands, leaderLoop, ids, random),
                        new DeadlineClock(commands, clock, leaderLoop),
                        new SessionPatrol(raft, commands, live, clock, patrolLoop),
                        new PolicyKeeper(commands, config.policy()),
                        new LossPatrol(raft, commands, clock, leaderLoop),
                        new LevelKeeper(commands, Release.OWN.level(), raft::commonLevel),
                        new HookLoop(
                                raft,
                                commands,
                                leaderLoop,
                                closing.on(new HttpWebhooks()),
                                new HookTargets(config.functions())),
                        new JobLoop(raft, commands, leaderLoop, random))
                .start();

        var observations = new ObservationBatcher(commands, sessionLoop);
        metrics.state(raft::state);
        metrics.gauges(NodeGauges.of(raft, sessions, live));
        Authentication authentication = authentication(config, raft, clock);
        var context =
                new ApiContext(
                        commands,
                        raft,
                        ids,
                        random,
                        endpoints(config.publicUrl()),
                        observations,
                        ApiContext.DEFAULT_DEADLINE,
                        live,
                        clock);
        var dispatcher =
                new Dispatcher(
                        authentication,
                        new TaskRoleRules(raft),
                        List.of(new EcsApi(context).api(), new StsApi(raft).api()),
                        metrics);

        var statusClient = closing.on(new StatusClient());
        ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
        closing.on(virtualThreads::shutdownNow);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS));
        closing.on(() -> vertx.close().await());
        var pages = new Pages(config.node(), raft, metrics);
        var streams =
                new Streams(
                        vertx,
                        authentication,
                        virtualThreads,
                        raft,
                        new SessionMessenger(sessions, live),
                        new Streams.Settings(config.node(), config.nodeUrl()));
        Map<String, HttpServer.Upgrade> upgrades = new HashMap<>(streams.upgrades());
        upgrades.put(
                "/acs/ws",
                new AcsEndpoint(
                        vertx,
                        authentication,
                        virtualThreads,
                        sessions,
                        raft,
                        commands,
                        config.node()));
        upgrades.put(
                "/tcs/ws",
                new TcsEndpoint(
                        vertx, authentication, virtualThreads, observations, raft, live, clock));
        var saveSnapshot = closing.on(new SaveSnapshot(raft, clock));
        HttpServer http =
                closing.on(
                        new HttpServer(
                                vertx,
                                config.listen(),
                                self.basePort(),
                                dispatcher,
                                pages.byPath(),
                                upgrades,
                                new OperatorApi(
                                        authentication,
                                        operatorCalls(raft, statusClient, commands, ids, random),
                                        Map.of("snapshot", saveSnapshot)),
                                virtualThreads));
        closing.on(() -> sessions.closeAll("the node is closing"));
        closing.on(streams);
        // First of all: until the listener closes, requests are served as by any follower.
        closing.on(raft.handover()::leave);
        log.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("url", config.publicUrl())
                .log("control-plane node serves");
        return new ControlPlane(closing, raft, http);
    }

    private static Map<String, OperatorCall> operatorCalls(
            RaftNode raft,
            StatusClient client,
            CommandLog commands,
            IdSource ids,
            RandomGenerator random) {
        Map<String, OperatorCall> calls =
                new HashMap<>(new MemberCalls(raft.membership(), client).byName());
        calls.put("transfer-leadership", new TransferLeadership(raft.handover(), Clock.system()));
        calls.put("why", new Why(raft));
        calls.put("plan", new Foresee(raft, ids, random));
        calls.put("interrupt", new InterruptWorker(commands));
        calls.put("drain", new DrainWorker(commands));
        return calls;
    }

    private static RaftConfig raftConfig(ControlPlaneConfig config, @Nullable UUID joins) {
        List<RaftConfig.Peer> peers =
                config.peers().stream()
                        .map(peer -> new RaftConfig.Peer(peer.id(), peer.host(), peer.raftPort()))
                        .toList();
        return new RaftConfig(
                config.node(),
                peers,
                config.listen(),
                config.dataDirectory(),
                RaftConfig.Timing.LAN,
                RaftConfig.Limits.USUAL.withFreeBytes(config.minFreeSpace()),
                Clock.system(),
                joins,
                Release.OWN);
    }

    /** Every node keeps the root key in its file, so that an operator finds it on any machine. */
    private static void publishRootKey(RaftNode raft, ControlPlaneConfig config) {
        var file = new RootCredentials(config.rootCredentials());
        raft.addListener(
                new Replica.Listener() {
                    private boolean written;

                    @Override
                    public void applied(ClusterState state, Touched touched) {
                        write(state);
                    }

                    @Override
                    public void restored(ClusterState state) {
                        write(state);
                    }

                    private void write(ClusterState state) {
                        Realm realm = state.realm();
                        if (!written && realm != null) {
                            written = true;
                            Thread.ofVirtual().start(() -> file.write(realm.rootKey()));
                        }
                    }
                });
        Realm known = raft.state().realm();
        if (known != null) {
            file.write(known.rootKey());
        }
    }

    private static Authentication authentication(
            ControlPlaneConfig config, Replica replica, Clock clock) {
        return config.auth() == Auth.NONE
                ? Authentication.none()
                : SigV4.of(
                        (id, token) -> key(replica.state().realm(), id, token, clock.now()), clock);
    }

    /** Before the node has learned of the installation, nobody's key is wrong. */
    private static SigV4.@Nullable Key key(
            @Nullable Realm realm, String id, @Nullable String token, Instant now) {
        if (realm == null) {
            throw ServerException.builder()
                    .statusCode(503)
                    .message(
                            LogUnavailable.noQuorum("none has been found since this node began")
                                    .sentence())
                    .build();
        }
        return realm.rootKey().id().equals(id)
                ? new SigV4.Key(realm.rootKey().secret(), null)
                : RoleKeys.of(realm).find(id, token, now);
    }

    private static Endpoints endpoints(String publicUrl) {
        String base = publicUrl.endsWith("/") ? publicUrl : publicUrl + '/';
        return new Endpoints() {
            @Override
            public String agents() {
                return base + "acs/";
            }

            @Override
            public String telemetry() {
                return base + "tcs/";
            }
        };
    }

    /** Completes with the cause if this node can no longer follow the log; then close it. */
    public CompletableFuture<Throwable> failure() {
        return raft.failure();
    }

    /**
     * Completes with a sentence once this node was removed from the control plane; then close it.
     */
    public CompletableFuture<String> removed() {
        return raft.removed();
    }

    /** The port on which the API is served. */
    public int port() {
        return http.port();
    }

    /** Stops serving, lets the agents go elsewhere and leaves the group cleanly. */
    @Override
    public void close() {
        long begun = System.nanoTime();
        closing.close();
        log.atInfo()
                .addKeyValue("millis", Duration.ofNanos(System.nanoTime() - begun).toMillis())
                .log("control-plane node stopped");
    }
}
