package io.gantry.control.session;

import io.gantry.common.acs.MalformedMessageException;
import io.gantry.common.acs.TcsCodec;
import io.gantry.common.acs.TcsFrame;
import io.gantry.common.acs.TcsMessage;
import io.gantry.common.acs.TcsMessage.AckPublishHealth;
import io.gantry.common.acs.TcsMessage.AckPublishInstanceStatus;
import io.gantry.common.acs.TcsMessage.AckPublishMetric;
import io.gantry.common.acs.TcsMessage.ContainerHealth;
import io.gantry.common.acs.TcsMessage.ContainerMetric;
import io.gantry.common.acs.TcsMessage.HeartbeatMessage;
import io.gantry.common.acs.TcsMessage.PublishHealthRequest;
import io.gantry.common.acs.TcsMessage.PublishInstanceStatusRequest;
import io.gantry.common.acs.TcsMessage.PublishMetricsRequest;
import io.gantry.common.acs.TcsMessage.StatsSet;
import io.gantry.common.acs.TcsMessage.TaskHealth;
import io.gantry.common.acs.TcsMessage.TaskMetric;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.HttpRequest;
import io.gantry.common.wire.WireException;
import io.gantry.control.api.Observations;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.http.HttpServer;
import io.gantry.control.live.LiveStore;
import io.gantry.control.live.LiveStore.Utilisation;
import io.gantry.control.log.Replica;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket over which agents tell what their tasks use and how their health checks go. */
public final class TcsEndpoint implements HttpServer.Upgrade {
    private static final Logger log = LoggerFactory.getLogger(TcsEndpoint.class);
    private static final double CPU_UNITS_PER_PERCENT = 10.24;

    /** Agents that publish nothing end a connection on which they hear nothing for 60 s. */
    private static final long HEARTBEAT_MILLIS = 30_000;

    private static final String HEARTBEAT = TcsCodec.encode(new HeartbeatMessage(true));

    private final Vertx vertx;
    private final AgentSockets sockets;
    private final Authentication authentication;
    private final Observations observations;
    private final Replica replica;
    private final LiveStore live;
    private final Clock clock;

    public TcsEndpoint(
            Vertx vertx,
            Authentication authentication,
            ExecutorService virtualThreads,
            Observations observations,
            Replica replica,
            LiveStore live,
            Clock clock) {
        this.vertx = vertx;
        this.sockets = new AgentSockets(vertx, authentication, virtualThreads);
        this.authentication = authentication;
        this.observations = observations;
        this.replica = replica;
        this.live = live;
        this.clock = clock;
    }

    private record Opened(WorkerId worker, HttpRequest upgrade) {}

    @Override
    public void open(HttpServerRequest request) {
        sockets.open(
                request,
                upgrade ->
                        new Opened(
                                AgentSockets.worker(
                                        AgentSockets.required(upgrade, "containerInstance")),
                                HttpServer.received(upgrade)),
                this::opened,
                left -> {});
    }

    private void opened(Opened opened, ServerWebSocket socket) {
        beat(socket);
        long beats = vertx.setPeriodic(HEARTBEAT_MILLIS, timer -> beat(socket));
        socket.closeHandler(closed -> vertx.cancelTimer(beats));
        AgentSockets.listen(
                socket,
                frame -> {
                    try {
                        TcsMessage message = authenticated(opened.upgrade, frame);
                        TcsMessage answer = message == null ? null : answer(opened.worker, message);
                        if (answer != null) {
                            var _ = socket.writeTextMessage(TcsCodec.encode(answer));
                        }
                    } catch (MalformedMessageException | WireException refused) {
                        log.atWarn()
                                .addKeyValue("worker", opened.worker)
                                .addKeyValue("cause", refused.getMessage())
                                .log("telemetry refused");
                        var _ = socket.close();
                    }
                });
    }

    private static void beat(ServerWebSocket socket) {
        if (!socket.isClosed()) {
            var _ = socket.writeTextMessage(HEARTBEAT);
        }
    }

    /**
     * Each frame is signed as if it were the body of the upgrade's request. One without headers is
     * taken as well, since the upgrade was signed and nobody else can write to this socket.
     */
    private @Nullable TcsMessage authenticated(HttpRequest upgrade, String text) {
        TcsFrame frame = TcsFrame.split(text);
        if (!frame.headers().isEmpty()) {
            authentication.authenticate(
                    new HttpRequest(
                            upgrade.method(),
                            upgrade.path(),
                            upgrade.query(),
                            name -> frame.headers().get(name),
                            frame.json().getBytes(StandardCharsets.UTF_8)));
        }
        return TcsCodec.decode(text);
    }

    private @Nullable TcsMessage answer(WorkerId worker, TcsMessage message) {
        return switch (message) {
            case PublishMetricsRequest metrics -> {
                keep(metrics.taskMetrics());
                yield new AckPublishMetric("ok");
            }
            case PublishHealthRequest health -> {
                health.tasks().forEach(task -> report(worker, task));
                yield new AckPublishHealth("ok");
            }
            case PublishInstanceStatusRequest status -> {
                live.health(worker, MachineParts.health(status.statuses(), clock.nowMillis()));
                yield new AckPublishInstanceStatus("ok");
            }
            default -> null;
        };
    }

    private void keep(List<TaskMetric> metrics) {
        Map<TaskId, Utilisation> used = new HashMap<>();
        for (TaskMetric metric : metrics) {
            TaskId task = WorkerSession.taskId(metric.taskArn());
            if (task != null) {
                used.put(task, utilisation(metric.containerMetrics()));
            }
        }
        if (!used.isEmpty()) {
            live.utilisation(used);
        }
    }

    private Utilisation utilisation(List<ContainerMetric> containers) {
        double cpu = 0;
        double memory = 0;
        for (ContainerMetric container : containers) {
            cpu += average(container.cpuStatsSet()) * CPU_UNITS_PER_PERCENT;
            memory += average(container.memoryStatsSet());
        }
        return new Utilisation(cpu, memory, clock.nowMillis());
    }

    private static double average(@Nullable StatsSet stats) {
        return stats == null || stats.sampleCount() == 0 ? 0 : stats.sum() / stats.sampleCount();
    }

    /** Only what has changed goes into the log. */
    private void report(WorkerId worker, TaskHealth health) {
        TaskId id = WorkerSession.taskId(health.taskArn());
        Task task = id == null ? null : replica.state().tasks().get(id);
        if (task == null || !task.worker().equals(worker)) {
            return;
        }
        List<ContainerSeen> changed =
                health.containers().stream()
                        .filter(seen -> differs(task, seen))
                        .map(TcsEndpoint::seen)
                        .toList();
        if (!changed.isEmpty()) {
            // If the log does not take it, the difference is there at the agent's next report.
            var _ = observations.report(new Observation(task.id(), null, null, changed, 0, 0, 0));
        }
    }

    private static boolean differs(Task task, ContainerHealth seen) {
        return task.containers().stream()
                .anyMatch(
                        known ->
                                known.name().equals(seen.containerName())
                                        && known.health() != Health.UNCHECKED
                                        && known.health() != health(seen));
    }

    private static ContainerSeen seen(ContainerHealth seen) {
        return new ContainerSeen(
                seen.containerName(), null, null, null, null, null, null, health(seen));
    }

    private static Health health(ContainerHealth seen) {
        return switch (seen.healthStatus()) {
            case "HEALTHY" -> Health.HEALTHY;
            case "UNHEALTHY" -> Health.UNHEALTHY;
            case null, default -> Health.UNKNOWN;
        };
    }
}
