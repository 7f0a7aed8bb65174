package io.gantry.control.core.transition;

import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Container;
import io.gantry.control.core.state.Task.Status;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Whether a task that stops, and was not asked to by its user, has failed. */
final class JobOutcome {
    /** What containers end with when the task ends for another reason. */
    private static final Set<Integer> KILLED = Set.of(137, 143);

    private JobOutcome() {}

    /**
     * Looks at a task as it is when it first turns out that it stops: later the other containers
     * have been stopped too. An agent that tells of several ends at once leaves open which of them
     * was the first; those that look like kills count only if there is nothing else.
     */
    static boolean isFailure(Task stopping) {
        if (!StopCause.EXITED.equals(stopping.stopCode())) {
            return true;
        }
        List<Integer> codes =
                stopping.containers().stream()
                        .filter(each -> each.essential() && each.last() == Status.STOPPED)
                        .map(Container::exitCode)
                        .filter(Objects::nonNull)
                        .filter(code -> !KILLED.contains(code))
                        .toList();
        return codes.isEmpty() || codes.stream().anyMatch(code -> code != 0);
    }
}
