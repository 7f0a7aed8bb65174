package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.FoundContainer.Exit;
import org.jspecify.annotations.Nullable;

/**
 * A container of a task on this machine.
 *
 * @param facts of its latest run
 * @param startedOnce it ran at some time, whatever became of it
 * @param exit of its latest run
 * @param reason why it stopped, beginning with the name of an error
 * @param reported the status that the control plane has acknowledged
 * @param retryAtMillis when to ask for its stop again
 */
public record LocalContainer(
        AcsContainer spec,
        Phase phase,
        @Nullable String runtimeId,
        @Nullable RuntimeFacts facts,
        boolean startedOnce,
        @Nullable Exit exit,
        @Nullable String reason,
        @Nullable String imageDigest,
        Health health,
        @Nullable Long healthSinceMillis,
        @Nullable String healthOutput,
        int restarts,
        TaskStatus reported,
        @Nullable Long retryAtMillis) {

    /** Where a container is on its way. */
    public enum Phase {
        /** Its image is wanted; nothing was asked for yet. */
        NEW,
        PULLING,
        /** The image is here; what it depends on is not ready. */
        WAITING,
        CREATING,
        CREATED,
        STARTING,
        RUNNING,
        STOPPING,
        STOPPED
    }

    static LocalContainer of(AcsContainer spec) {
        return new LocalContainer(
                spec,
                Phase.NEW,
                null,
                null,
                false,
                null,
                null,
                null,
                Health.UNKNOWN,
                null,
                null,
                0,
                TaskStatus.PENDING,
                null);
    }

    public String name() {
        return spec.name();
    }

    boolean is(Phase wanted) {
        return phase == wanted;
    }

    public TaskStatus status() {
        return switch (phase) {
            case NEW, PULLING, WAITING, CREATING, CREATED, STARTING ->
                    startedOnce ? TaskStatus.RUNNING : TaskStatus.PENDING;
            case RUNNING, STOPPING -> TaskStatus.RUNNING;
            case STOPPED -> TaskStatus.STOPPED;
        };
    }

    boolean unreported() {
        return status().compareTo(reported) > 0;
    }

    LocalContainer to(Phase next) {
        return copy(next, runtimeId, facts, startedOnce, exit, reason, restarts);
    }

    LocalContainer pulled(@Nullable String digest) {
        return new LocalContainer(
                spec,
                Phase.WAITING,
                runtimeId,
                facts,
                startedOnce,
                exit,
                reason,
                digest,
                health,
                healthSinceMillis,
                healthOutput,
                restarts,
                reported,
                null);
    }

    LocalContainer created(String newRuntimeId) {
        return copy(Phase.CREATED, newRuntimeId, facts, startedOnce, exit, reason, restarts);
    }

    LocalContainer running(RuntimeFacts newFacts) {
        return copy(Phase.RUNNING, newFacts.runtimeId(), newFacts, true, exit, reason, restarts);
    }

    /** The facts of a run that was over before they arrived. */
    LocalContainer withFacts(RuntimeFacts newFacts) {
        return copy(phase, newFacts.runtimeId(), newFacts, true, exit, reason, restarts);
    }

    LocalContainer exited(Exit newExit) {
        String newReason = newExit.reason() == null ? reason : newExit.reason();
        return copy(Phase.STOPPED, runtimeId, facts, true, newExit, newReason, restarts);
    }

    /** Stopped without an end to speak of: it never ran, or it vanished. */
    LocalContainer stopped(@Nullable String newReason) {
        return copy(Phase.STOPPED, runtimeId, facts, startedOnce, exit, newReason, restarts);
    }

    /** Ended, and begins again in place. */
    LocalContainer restarting(Exit lastExit) {
        return copy(Phase.STARTING, runtimeId, facts, true, lastExit, reason, restarts + 1);
    }

    LocalContainer withHealth(Health newHealth, @Nullable String output, long nowMillis) {
        return new LocalContainer(
                spec,
                phase,
                runtimeId,
                facts,
                startedOnce,
                exit,
                reason,
                imageDigest,
                newHealth,
                nowMillis,
                output,
                restarts,
                reported,
                retryAtMillis);
    }

    LocalContainer withReported(TaskStatus newReported) {
        return new LocalContainer(
                spec,
                phase,
                runtimeId,
                facts,
                startedOnce,
                exit,
                reason,
                imageDigest,
                health,
                healthSinceMillis,
                healthOutput,
                restarts,
                newReported,
                retryAtMillis);
    }

    /** Still running although asked to stop; asked again at the given time. */
    LocalContainer stopFailed(String error, long retryAt) {
        return new LocalContainer(
                spec,
                phase,
                runtimeId,
                facts,
                startedOnce,
                exit,
                error,
                imageDigest,
                health,
                healthSinceMillis,
                healthOutput,
                restarts,
                reported,
                retryAt);
    }

    private LocalContainer copy(
            Phase newPhase,
            @Nullable String newRuntimeId,
            @Nullable RuntimeFacts newFacts,
            boolean newStartedOnce,
            @Nullable Exit newExit,
            @Nullable String newReason,
            int newRestarts) {
        return new LocalContainer(
                spec,
                newPhase,
                newRuntimeId,
                newFacts,
                newStartedOnce,
                newExit,
                newReason,
                imageDigest,
                health,
                healthSinceMillis,
                healthOutput,
                newRestarts,
                reported,
                null);
    }
}
