package io.gantry.worker;

import io.gantry.common.acs.TcsMessage.ContainerHealth;
import io.gantry.common.acs.TcsMessage.ContainerMetric;
import io.gantry.common.acs.TcsMessage.CounterStatsSet;
import io.gantry.common.acs.TcsMessage.NetworkStatsSet;
import io.gantry.common.acs.TcsMessage.RestartStatsSet;
import io.gantry.common.acs.TcsMessage.StatsSet;
import io.gantry.common.acs.TcsMessage.StorageStatsSet;
import io.gantry.common.acs.TcsMessage.TaskHealth;
import io.gantry.common.acs.TcsMessage.TaskMetric;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.TaskStatus;
import io.gantry.worker.runtime.ContainerUsage;
import io.gantry.worker.session.WorkerTasks.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Makes metrics and health messages of what the runtime reads off. */
final class Telemetry {
    private static final double MIB = 1 << 20;
    private static final double NANOS_PER_SECOND = 1e9;
    private Map<ContainerKey, Reading> before = Map.of();

    private record Reading(ContainerUsage usage, long atNanos) {}

    Sample sample(
            AgentState state,
            Map<ContainerKey, ContainerUsage> usage,
            long nowNanos,
            boolean runtimeHealthy) {
        Map<ContainerKey, Reading> now = new HashMap<>();
        usage.forEach((key, one) -> now.put(key, new Reading(one, nowNanos)));
        List<TaskMetric> metrics = new ArrayList<>();
        List<TaskHealth> health = new ArrayList<>();
        for (LocalTask task : state.open().values().toList()) {
            if (task.status() != TaskStatus.STOPPED) {
                addMetric(metrics, task, now);
                health.addAll(health(task));
            }
        }
        before = now;
        return new Sample(metrics, health, runtimeHealthy);
    }

    private void addMetric(
            List<TaskMetric> metrics, LocalTask task, Map<ContainerKey, Reading> now) {
        List<ContainerMetric> containers = new ArrayList<>();
        for (LocalContainer container : task.containers()) {
            ContainerKey key = task.key(container);
            Reading reading = now.get(key);
            if (reading != null) {
                containers.add(metric(container, reading, before.get(key)));
            }
        }
        if (!containers.isEmpty()) {
            metrics.add(
                    new TaskMetric(
                            task.arn(),
                            null,
                            task.spec().family(),
                            task.spec().version(),
                            containers,
                            null));
        }
    }

    private static ContainerMetric metric(
            LocalContainer container, Reading now, @Nullable Reading last) {
        ContainerUsage usage = now.usage();
        return new ContainerMetric(
                null,
                container.name(),
                last == null ? null : one(cpuPercent(last, now)),
                one(Math.floor(usage.memoryBytes() / MIB)),
                new NetworkStatsSet(
                        last == null ? null : one(rate(last, now, ContainerUsage::receivedBytes)),
                        counter(usage.receivedBytes()),
                        null,
                        null,
                        null,
                        last == null ? null : one(rate(last, now, ContainerUsage::sentBytes)),
                        counter(usage.sentBytes()),
                        null,
                        null,
                        null),
                new StorageStatsSet(counter(usage.readBytes()), counter(usage.writtenBytes())),
                container.spec().restartPolicy() == null
                        ? null
                        : new RestartStatsSet(container.restarts()));
    }

    private static StatsSet one(double value) {
        return new StatsSet(value, value, 1, value);
    }

    private static CounterStatsSet counter(long value) {
        return new CounterStatsSet(value, value, 1, value, 0, 0, 0);
    }

    /** Of one core. */
    private static double cpuPercent(Reading last, Reading now) {
        return rate(last, now, ContainerUsage::cpuNanos) / NANOS_PER_SECOND * 100;
    }

    /** Per second; 0 if the counter began anew, as it does with a restart. */
    private static double rate(Reading last, Reading now, ToLongFunction<ContainerUsage> counter) {
        long grown = counter.applyAsLong(now.usage()) - counter.applyAsLong(last.usage());
        double seconds = (now.atNanos() - last.atNanos()) / NANOS_PER_SECOND;
        return grown <= 0 || seconds <= 0 ? 0 : grown / seconds;
    }

    /** What the health checks of a task say; empty for one that has ended or has none. */
    static List<TaskHealth> health(LocalTask task) {
        if (task.status() == TaskStatus.STOPPED) {
            return List.of();
        }
        List<ContainerHealth> containers =
                task.containers().stream()
                        .filter(container -> container.spec().healthCheckType() != null)
                        .map(
                                container ->
                                        new ContainerHealth(
                                                container.name(),
                                                container.health().name(),
                                                container.healthSinceMillis() == null
                                                        ? null
                                                        : container.healthSinceMillis() / 1000.0,
                                                container.healthOutput()))
                        .toList();
        return containers.isEmpty()
                ? List.of()
                : List.of(
                        new TaskHealth(
                                task.arn(),
                                null,
                                task.spec().family(),
                                task.spec().version(),
                                containers));
    }
}
