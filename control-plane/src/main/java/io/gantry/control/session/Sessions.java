package io.gantry.control.session;

import io.gantry.common.acs.AcsMessage;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.control.core.command.Command.DisconnectWorker;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.live.LiveStore;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * All agents' sessions of this node. Everything but {@link #applied} runs on its {@link Timers}.
 */
public final class Sessions implements Replica.Listener {
    private static final Duration LIVE_BEAT = Duration.ofSeconds(5);

    private final WorkerSession.Context context;
    private final LiveStore live;
    private final Map<WorkerId, WorkerSession> sessions = new TreeMap<>();
    private final Set<WorkerId> touched = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile int connections;

    public Sessions(
            Replica replica,
            CommandLog commands,
            LiveStore live,
            Clock clock,
            Timers timers,
            String node) {
        this.context = new WorkerSession.Context(replica, commands, clock, timers, node);
        this.live = live;
    }

    /** Begins to follow the state; call once. */
    public void start() {
        context.replica().addListener(this);
        context.timers().after(LIVE_BEAT, this::beat);
    }

    /** Agents connected to this node. */
    public int connections() {
        return connections;
    }

    @Override
    public void applied(ClusterState state, Touched change) {
        if (!change.workers().isEmpty()) {
            touched.addAll(change.workers());
            schedule();
        }
    }

    @Override
    public void restored(ClusterState state) {
        context.timers().run(() -> List.copyOf(sessions.values()).forEach(WorkerSession::look));
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            context.timers().run(this::lookAtTouched);
        }
    }

    private void lookAtTouched() {
        scheduled.set(false);
        for (WorkerId worker : List.copyOf(touched)) {
            touched.remove(worker);
            WorkerSession session = sessions.get(worker);
            if (session != null) {
                session.look();
            }
        }
    }

    /**
     * Adds a session whose connect is in the log; of two of the same worker the older one ends,
     * whichever comes first.
     */
    WorkerSession open(WorkerId worker, long session, Outbound agent) {
        var opened = new WorkerSession(worker, session, context, agent, this::closed);
        context.timers().run(() -> begin(opened));
        return opened;
    }

    private void begin(WorkerSession opened) {
        WorkerSession other = sessions.get(opened.worker());
        if (other != null && other.number() > opened.number()) {
            opened.close("the agent has connected again");
            return;
        }
        sessions.put(opened.worker(), opened);
        if (other != null) {
            other.close("the agent has connected again");
        }
        connections = sessions.size();
        beat(opened);
        opened.open();
    }

    /** A session whose connect is in the log, but whose agent has left before it began. */
    void abandoned(WorkerId worker, long session) {
        disconnect(worker, session, 0);
    }

    private void closed(WorkerSession session) {
        sessions.remove(session.worker(), session);
        connections = sessions.size();
        live.remove(session.worker(), session.number());
        disconnect(session.worker(), session.number(), session.silentMillis());
    }

    private void disconnect(WorkerId worker, long session, long silentMillis) {
        // If the log does not take it, the leader's patrol ends the session: its heartbeats stop.
        var _ = context.commands().submit(new DisconnectWorker(worker, session, silentMillis));
    }

    private void beat() {
        context.timers().after(LIVE_BEAT, this::beat);
        sessions.values().forEach(this::beat);
    }

    private void beat(WorkerSession session) {
        live.heartbeat(
                session.worker(),
                new LiveStore.Heartbeat(
                        session.number(), context.node(), context.clock().nowMillis()));
    }

    /** Sends a message to a worker if its session is here; completes with whether it is. */
    public CompletableFuture<Boolean> tell(WorkerId worker, AcsMessage message) {
        var told = new CompletableFuture<Boolean>();
        context.timers()
                .run(
                        () -> {
                            WorkerSession session = sessions.get(worker);
                            told.complete(session != null && session.tell(message));
                        });
        return told;
    }

    Timers timers() {
        return context.timers();
    }

    /** Ends all sessions, so that the agents go to other nodes. */
    public void closeAll(String reason) {
        context.timers()
                .run(
                        () ->
                                List.copyOf(sessions.values())
                                        .forEach(session -> session.close(reason)));
    }
}
