package io.gantry.worker.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane is told about a task.
 *
 * @param number grows with each report of the task
 * @param containers those that changed since the last report
 */
public record TaskReport(
        String taskArn,
        long number,
        TaskStatus status,
        @Nullable String reason,
        List<ContainerReport> containers,
        @Nullable Long pullStartedAtMillis,
        @Nullable Long pullStoppedAtMillis,
        @Nullable Long executionStoppedAtMillis) {

    public TaskReport {
        containers = List.copyOf(containers);
    }

    /** One container of a report. */
    public record ContainerReport(
            String containerName,
            @Nullable String runtimeId,
            TaskStatus status,
            @Nullable Integer exitCode,
            @Nullable String reason,
            @Nullable String imageDigest,
            List<PortBinding> networkBindings) {
        public ContainerReport {
            networkBindings = List.copyOf(networkBindings);
        }
    }
}
