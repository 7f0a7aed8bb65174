package io.gantry.common.acs;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frame of the telemetry channel. The wire's {@code type} is the record's name; times are seconds
 * since the epoch.
 */
public sealed interface TcsMessage {

    /** Agent to server: what the containers used since the last one. */
    record PublishMetricsRequest(
            MetricsMetadata metadata,
            @Nullable InstanceMetrics instanceMetrics,
            List<TaskMetric> taskMetrics,
            double timestamp)
            implements TcsMessage {
        public PublishMetricsRequest {
            requireNonNull(metadata, "metadata");
            taskMetrics = List.copyOf(taskMetrics);
        }
    }

    /** Agent to server: how the containers with health checks feel. */
    record PublishHealthRequest(HealthMetadata metadata, List<TaskHealth> tasks, double timestamp)
            implements TcsMessage {
        public PublishHealthRequest {
            requireNonNull(metadata, "metadata");
            tasks = List.copyOf(tasks);
        }
    }

    /** Agent to server: how the machine's parts feel. */
    record PublishInstanceStatusRequest(
            InstanceStatusMetadata metadata, List<InstanceStatus> statuses, double timestamp)
            implements TcsMessage {
        public PublishInstanceStatusRequest {
            requireNonNull(metadata, "metadata");
            statuses = List.copyOf(statuses);
        }
    }

    /** Server to agent. */
    record AckPublishMetric(@Nullable String message) implements TcsMessage {}

    /** Server to agent. */
    record AckPublishHealth(@Nullable String message) implements TcsMessage {}

    /** Server to agent. */
    record AckPublishInstanceStatus(@Nullable String message) implements TcsMessage {}

    /** Server to agent: still here. */
    record HeartbeatMessage(boolean healthy) implements TcsMessage {}

    /** Server to agent: no more telemetry, please. Amazon's agent ignores it. */
    record StopTelemetrySessionMessage(@Nullable String message) implements TcsMessage {}

    /** Server to agent: something went wrong. An agent logs it and goes on. */
    record ErrorMessage(ErrorKind kind, @Nullable String message) implements TcsMessage {}

    /** The frame types that carry nothing but a text; also bodies of refused upgrades. */
    enum ErrorKind {
        SERVER("ServerException"),
        BAD_REQUEST("BadRequestException"),
        RESOURCE_VALIDATION("ResourceValidationException"),
        INVALID_PARAMETER("InvalidParameterException");

        private final String wireType;

        ErrorKind(String wireType) {
            this.wireType = wireType;
        }

        public String wireType() {
            return wireType;
        }
    }

    /**
     * Who reports metrics, and whether more follows.
     *
     * @param idle no task runs here
     * @param fin the last frame of this round
     */
    record MetricsMetadata(
            @Nullable String cluster,
            @Nullable String containerInstance,
            @Nullable String messageId,
            boolean idle,
            boolean fin) {}

    /**
     * Who reports health, and whether more follows.
     *
     * @param fin the last frame of this round
     */
    record HealthMetadata(
            @Nullable String cluster,
            @Nullable String containerInstance,
            @Nullable String messageId,
            boolean fin) {}

    /** Who reports. */
    record InstanceStatusMetadata(
            @Nullable String cluster,
            @Nullable String containerInstance,
            @Nullable String requestId) {}

    /** Which task feels how. */
    record TaskHealth(
            String taskArn,
            @Nullable String clusterArn,
            @Nullable String taskDefinitionFamily,
            @Nullable String taskDefinitionVersion,
            List<ContainerHealth> containers) {
        public TaskHealth {
            requireNonNull(taskArn, "taskArn");
            containers = List.copyOf(containers);
        }
    }

    /**
     * How a container feels.
     *
     * @param healthStatus HEALTHY, UNHEALTHY or UNKNOWN
     */
    record ContainerHealth(
            String containerName,
            String healthStatus,
            @Nullable Double statusSince,
            @Nullable String statusMessage) {}

    /**
     * How a part of the machine feels.
     *
     * @param type such as ContainerRuntime
     * @param status OK, IMPAIRED, INSUFFICIENT_DATA or INITIALIZING
     */
    record InstanceStatus(
            String type,
            String status,
            @Nullable String statusReason,
            @Nullable Double lastUpdated,
            @Nullable Double lastStatusChange) {}

    /** What a task used. */
    record TaskMetric(
            String taskArn,
            @Nullable String clusterArn,
            @Nullable String taskDefinitionFamily,
            @Nullable String taskDefinitionVersion,
            List<ContainerMetric> containerMetrics,
            @Nullable EphemeralStorageMetrics ephemeralStorageMetrics) {
        public TaskMetric {
            requireNonNull(taskArn, "taskArn");
            containerMetrics = List.copyOf(containerMetrics);
        }
    }

    /**
     * What a container used.
     *
     * @param cpuStatsSet percent of one core
     * @param memoryStatsSet whole MiB
     */
    record ContainerMetric(
            @Nullable String containerArn,
            String containerName,
            @Nullable StatsSet cpuStatsSet,
            @Nullable StatsSet memoryStatsSet,
            @Nullable NetworkStatsSet networkStatsSet,
            @Nullable StorageStatsSet storageStatsSet,
            @Nullable RestartStatsSet restartStatsSet) {}

    /** A summary of samples. */
    record StatsSet(double min, double max, long sampleCount, double sum) {

        /** The summary with one sample more. */
        public StatsSet plus(double sample) {
            return sampleCount == 0
                    ? new StatsSet(sample, sample, 1, sample)
                    : new StatsSet(
                            Math.min(min, sample),
                            Math.max(max, sample),
                            sampleCount + 1,
                            sum + sample);
        }
    }

    /** A summary of a growing counter; the overflow members count wraps of 64 bits. */
    record CounterStatsSet(
            long min,
            long max,
            long sampleCount,
            long sum,
            long overflowMin,
            long overflowMax,
            long overflowSum) {}

    /** What went over the network. */
    record NetworkStatsSet(
            @Nullable StatsSet rxBytesPerSecond,
            @Nullable CounterStatsSet rxBytes,
            @Nullable CounterStatsSet rxDropped,
            @Nullable CounterStatsSet rxErrors,
            @Nullable CounterStatsSet rxPackets,
            @Nullable StatsSet txBytesPerSecond,
            @Nullable CounterStatsSet txBytes,
            @Nullable CounterStatsSet txDropped,
            @Nullable CounterStatsSet txErrors,
            @Nullable CounterStatsSet txPackets) {}

    /** What went to and from block devices. */
    record StorageStatsSet(
            @Nullable CounterStatsSet readSizeBytes, @Nullable CounterStatsSet writeSizeBytes) {}

    /** How often the restart policy applied. */
    record RestartStatsSet(long restartCount) {}

    /** Scratch space in use. */
    record EphemeralStorageMetrics(@Nullable CounterStatsSet bytesUtilized) {}

    /** What the whole machine used. */
    record InstanceMetrics(@Nullable InstanceStorageMetrics storage) {}

    /** Percent of the file systems in use. */
    record InstanceStorageMetrics(
            @Nullable Double rootFilesystem, @Nullable Double dataFilesystem) {}
}
