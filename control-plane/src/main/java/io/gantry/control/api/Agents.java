package io.gantry.control.api;

import io.gantry.common.model.Arn;
import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.state.Task.Status;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerStateChange;
import software.amazon.awssdk.services.ecs.model.DiscoverPollEndpointRequest;
import software.amazon.awssdk.services.ecs.model.DiscoverPollEndpointResponse;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.SubmitAttachmentStateChangesRequest;
import software.amazon.awssdk.services.ecs.model.SubmitAttachmentStateChangesResponse;
import software.amazon.awssdk.services.ecs.model.SubmitContainerStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.SubmitContainerStateChangeResponse;
import software.amazon.awssdk.services.ecs.model.SubmitTaskStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.SubmitTaskStateChangeResponse;

/**
 * The operations that only agents call. Whatever they report is acknowledged once it is committed,
 * also if nobody knows the task any more: an agent that is refused tries again for ever, and holds
 * back everything that happened later.
 */
final class Agents {
    private static final String ACKNOWLEDGED = "ACK";
    private static final int LONGEST_REASON = 1_024;

    private final ApiContext context;
    private final Quorum quorum;

    Agents(ApiContext context, Quorum quorum) {
        this.context = context;
        this.quorum = quorum;
    }

    DiscoverPollEndpointResponse discover(DiscoverPollEndpointRequest request) {
        return DiscoverPollEndpointResponse.builder()
                .endpoint(context.endpoints().agents())
                .telemetryEndpoint(context.endpoints().telemetry())
                .build();
    }

    SubmitTaskStateChangeResponse task(SubmitTaskStateChangeRequest request) {
        TaskId task = task(request.task());
        if (task != null) {
            quorum.await(
                    context.observations()
                            .report(
                                    new Observation(
                                            task,
                                            status(request.status()),
                                            reason(request.reason()),
                                            request.containers().stream()
                                                    .filter(each -> each.containerName() != null)
                                                    .map(Agents::seen)
                                                    .toList(),
                                            millis(request.pullStartedAt()),
                                            millis(request.pullStoppedAt()),
                                            millis(request.executionStoppedAt()))));
        }
        return SubmitTaskStateChangeResponse.builder().acknowledgment(ACKNOWLEDGED).build();
    }

    private static ContainerSeen seen(ContainerStateChange change) {
        return new ContainerSeen(
                change.containerName(),
                status(change.status()),
                change.exitCode(),
                reason(change.reason()),
                change.runtimeId(),
                change.imageDigest(),
                change.hasNetworkBindings() ? change.networkBindings() : null,
                null);
    }

    SubmitContainerStateChangeResponse container(SubmitContainerStateChangeRequest request) {
        TaskId task = task(request.task());
        if (task != null && request.containerName() != null) {
            List<NetworkBinding> bindings =
                    request.hasNetworkBindings() ? request.networkBindings() : null;
            var seen =
                    new ContainerSeen(
                            request.containerName(),
                            status(request.status()),
                            request.exitCode(),
                            reason(request.reason()),
                            request.runtimeId(),
                            null,
                            bindings,
                            null);
            quorum.await(
                    context.observations()
                            .report(new Observation(task, null, null, List.of(seen), 0, 0, 0)));
        }
        return SubmitContainerStateChangeResponse.builder().acknowledgment(ACKNOWLEDGED).build();
    }

    /** No task has attachments. */
    SubmitAttachmentStateChangesResponse attachments(SubmitAttachmentStateChangesRequest request) {
        return SubmitAttachmentStateChangesResponse.builder().acknowledgment(ACKNOWLEDGED).build();
    }

    /** The id at the end of a task's name; null if it is none of ours. */
    private static @Nullable TaskId task(@Nullable String given) {
        if (given == null) {
            return null;
        }
        Arn arn = Arn.parse(given);
        String name = arn == null ? given : arn.resourceName();
        String id = name.substring(name.lastIndexOf('/') + 1);
        return TaskId.matches(id) ? TaskId.parse(id) : null;
    }

    /** What comes before RUNNING has several names among agents, all of which mean pending. */
    private static @Nullable Status status(@Nullable String told) {
        if (told == null || told.isEmpty()) {
            return null;
        }
        return switch (told.toUpperCase(Locale.ROOT)) {
            case "RUNNING" -> Status.RUNNING;
            case "STOPPED" -> Status.STOPPED;
            default -> Status.PENDING;
        };
    }

    private static @Nullable String reason(@Nullable String told) {
        if (told == null || told.isEmpty()) {
            return null;
        }
        if (told.length() <= LONGEST_REASON) {
            return told;
        }
        boolean split = Character.isHighSurrogate(told.charAt(LONGEST_REASON - 1));
        return told.substring(0, split ? LONGEST_REASON - 1 : LONGEST_REASON);
    }

    private static long millis(@Nullable Instant time) {
        return time == null ? 0 : time.toEpochMilli();
    }
}
