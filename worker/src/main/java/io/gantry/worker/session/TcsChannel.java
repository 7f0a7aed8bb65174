package io.gantry.worker.session;

import io.gantry.common.acs.MalformedMessageException;
import io.gantry.common.acs.TcsCodec;
import io.gantry.common.acs.TcsFrame;
import io.gantry.common.acs.TcsMessage;
import io.gantry.common.acs.TcsMessage.HealthMetadata;
import io.gantry.common.acs.TcsMessage.InstanceStatus;
import io.gantry.common.acs.TcsMessage.MetricsMetadata;
import io.gantry.common.acs.TcsMessage.TaskMetric;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channel over which readings leave. */
final class TcsChannel implements Link.Use {
    private static final Logger log = LoggerFactory.getLogger(TcsChannel.class);
    private static final Duration INTERVAL = Duration.ofSeconds(20);
    private static final int TASKS_PER_FRAME = 10;

    /** So long a change of health waits for others. */
    private static final Duration HEALTH_BATCH = Duration.ofMillis(200);

    private final SessionParts parts;
    private final Supplier<String> ids;
    private final Link link;
    private final Set<String> unwell = new TreeSet<>();
    private int connection;
    private boolean runtimeHealthy = true;
    private double runtimeSince;

    TcsChannel(SessionParts parts, Backoff backoff, Supplier<String> ids) {
        this.parts = parts;
        this.ids = ids;
        link = new Link("tcs", parts, backoff, this);
        runtimeSince = seconds();
    }

    Link link() {
        return link;
    }

    @Override
    public String endpointMember() {
        return "telemetryEndpoint";
    }

    @Override
    public Map<String, String> parameters() {
        Map<String, String> parameters = new TreeMap<>();
        parameters.put("agentHash", "gantry");
        parameters.put("agentVersion", parts.settings().agentVersion());
        parameters.put("cluster", parts.settings().cluster());
        parameters.put("containerInstance", instance());
        parameters.put("dockerVersion", parts.settings().engineVersion());
        return parameters;
    }

    private String instance() {
        return String.valueOf(parts.tasks().containerInstanceArn());
    }

    private double seconds() {
        return parts.clock().nowMillis() / 1000.0;
    }

    @Override
    public void opened() {
        int mine = ++connection;
        publishRegularly(mine);
    }

    @Override
    public void closed() {
        connection++;
    }

    @Override
    public boolean received(String frame) {
        try {
            TcsMessage message = TcsCodec.decode(frame);
            return message instanceof TcsMessage.HeartbeatMessage
                    || message instanceof TcsMessage.AckPublishMetric
                    || message instanceof TcsMessage.AckPublishHealth
                    || message instanceof TcsMessage.AckPublishInstanceStatus;
        } catch (MalformedMessageException malformed) {
            log.atWarn().addKeyValue("error", malformed.getMessage()).log("bad frame ignored");
            return false;
        }
    }

    private void publishRegularly(int mine) {
        if (mine != connection) {
            return;
        }
        parts.tasks()
                .sample(
                        sample -> {
                            if (mine == connection) {
                                publish(sample);
                            }
                        });
        parts.timers().after(INTERVAL, () -> publishRegularly(mine));
    }

    private void publish(WorkerTasks.Sample sample) {
        List<TaskMetric> metrics = sample.metrics();
        int from = 0;
        do {
            int to = Math.min(metrics.size(), from + TASKS_PER_FRAME);
            send(
                    new TcsMessage.PublishMetricsRequest(
                            new MetricsMetadata(
                                    parts.settings().cluster(),
                                    instance(),
                                    ids.get(),
                                    metrics.isEmpty(),
                                    to == metrics.size()),
                            null,
                            metrics.subList(from, to),
                            seconds()));
            from = to;
        } while (from < metrics.size());
        publishHealth(sample.health());
        publishRuntime(sample.runtimeHealthy());
    }

    /** What an unhealthy task costs its users should not wait for the next regular reading. */
    void healthChanged(String taskArn) {
        if (unwell.isEmpty()) {
            parts.timers().after(HEALTH_BATCH, this::publishUnwell);
        }
        unwell.add(taskArn);
    }

    private void publishUnwell() {
        publishHealth(parts.tasks().health(Set.copyOf(unwell)));
        unwell.clear();
    }

    private void publishHealth(List<TcsMessage.TaskHealth> health) {
        for (int from = 0; from < health.size(); from += TASKS_PER_FRAME) {
            int to = Math.min(health.size(), from + TASKS_PER_FRAME);
            send(
                    new TcsMessage.PublishHealthRequest(
                            new HealthMetadata(
                                    parts.settings().cluster(),
                                    instance(),
                                    ids.get(),
                                    to == health.size()),
                            health.subList(from, to),
                            seconds()));
        }
    }

    private void publishRuntime(boolean healthy) {
        if (healthy != runtimeHealthy) {
            runtimeHealthy = healthy;
            runtimeSince = seconds();
        }
        send(
                new TcsMessage.PublishInstanceStatusRequest(
                        new TcsMessage.InstanceStatusMetadata(
                                parts.settings().cluster(), instance(), ids.get()),
                        List.of(
                                new InstanceStatus(
                                        "ContainerRuntime",
                                        healthy ? "OK" : "IMPAIRED",
                                        null,
                                        seconds(),
                                        runtimeSince)),
                        seconds()));
    }

    private void send(TcsMessage message) {
        URI uri = link.uri();
        if (uri == null) {
            return;
        }
        String json = TcsCodec.encode(message);
        Map<String, String> headers =
                parts.signer()
                        .sign(
                                "GET",
                                uri,
                                Map.of(),
                                json.getBytes(StandardCharsets.UTF_8),
                                parts.clock().now());
        link.send(TcsFrame.of(headers, json).text());
    }
}
