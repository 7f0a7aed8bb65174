package io.gantry.control.core.transition;

import io.gantry.common.acs.AcsTask;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Container;
import io.gantry.control.core.state.Task.Status;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why a task stops by itself, in ECS's words. Agents tell what became of containers; which of them
 * ended the task is concluded here.
 *
 * @param code a stop code of ECS
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html">Stopped
 *     tasks error messages</a>
 */
record StopCause(String code, String reason) {
    static final String EXITED = "EssentialContainerExited";
    static final String NOT_STARTED = "TaskFailedToStart";

    /** A container with such a reason never ran, even if the engine gave it an exit code. */
    private static final Pattern START_FAILURE =
            Pattern.compile(
                    "(Cannot(Pull|Create|Start)\\w*|TaskDependency|ResourceInitialization)Error:");

    /** The task had to stop for another reason before the container's turn came. */
    private static final String NOT_BEGUN = "TaskStoppedBeforePullBeginError";

    private static final String DEPENDENCY = "TaskDependencyError:";

    /**
     * What a report says of the end of a task; null if it goes on.
     *
     * @param before the task as it was known
     * @param status what the task has reached with the report
     * @param containers as they are with the report
     * @param told the report's own reason for the task, null for none
     */
    static @Nullable StopCause of(
            Task before, Status status, List<Container> containers, @Nullable String told) {
        List<Container> over =
                containers.stream()
                        .filter(each -> each.last() == Status.STOPPED)
                        .sorted(Comparator.comparing(each -> !each.essential()))
                        .toList();
        boolean essentialOver = over.stream().anyMatch(Container::essential);
        if (status != Status.STOPPED && !essentialOver) {
            return null;
        }
        if (AcsTask.LEASE_EXPIRED.equals(told)) {
            return new StopCause(LossEdits.CODE, AcsTask.LEASE_EXPIRED);
        }
        if (before.times().startedAt() != 0 || status == Status.RUNNING) {
            return essentialOver || told == null ? exited() : new StopCause(EXITED, told);
        }
        Container culprit =
                over.stream()
                        .filter(each -> keptFromStarting(before, each))
                        .findFirst()
                        .orElse(null);
        if (culprit == null
                && over.stream().anyMatch(each -> each.essential() && ran(before, each))) {
            return exited();
        }
        return new StopCause(NOT_STARTED, reason(told, culprit, over));
    }

    private static StopCause exited() {
        return new StopCause(EXITED, "Essential container in task exited");
    }

    /**
     * Whether the task could not start because this container could not. One that is not essential
     * can only do so to those that wait for it.
     */
    private static boolean keptFromStarting(Task before, Container container) {
        String reason = container.reason();
        return reason != null
                && !ran(before, container)
                && !reason.startsWith(NOT_BEGUN)
                && (container.essential() || reason.startsWith(DEPENDENCY));
    }

    private static boolean ran(Task before, Container container) {
        boolean seenRunning =
                before.containers().stream()
                        .anyMatch(
                                each ->
                                        each.name().equals(container.name())
                                                && each.last() == Status.RUNNING);
        String reason = container.reason();
        boolean failed = reason != null && START_FAILURE.matcher(reason).lookingAt();
        return seenRunning || (container.exitCode() != null && !failed);
    }

    private static String reason(
            @Nullable String told, @Nullable Container culprit, List<Container> over) {
        if (told != null) {
            return told;
        }
        if (culprit != null && culprit.reason() != null) {
            return culprit.reason();
        }
        return over.stream()
                .map(Container::reason)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("Task failed to start");
    }

    /** Whether a code says that a task has ended by itself. */
    static boolean isOwn(@Nullable String code) {
        return EXITED.equals(code) || NOT_STARTED.equals(code);
    }
}
