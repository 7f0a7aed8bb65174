package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tasks of this worker as they are at the moment, and who among them asks. */
final class LocalTasks {
    private final Supplier<AgentState> state;
    private final ContainerIds ids;

    LocalTasks(Supplier<AgentState> state, ContainerIds ids) {
        this.state = state;
        this.ids = ids;
    }

    /** A container and its task. */
    record Caller(LocalTask task, LocalContainer container) {}

    /** Whose id that is; null if it is nobody's here. */
    @Nullable Caller caller(String id) {
        for (LocalTask task : all()) {
            for (LocalContainer container : task.containers()) {
                if (ids.of(task.key(container)).equals(id)) {
                    return new Caller(task, container);
                }
            }
        }
        return null;
    }

    /** Those whose containers are still on the machine. */
    List<LocalTask> all() {
        return state.get().tasks().values().filter(task -> !task.removed()).toList();
    }

    boolean isHere(String taskArn) {
        LocalTask task = state.get().tasks().get(taskArn);
        return task != null && !task.removed();
    }

    /** Whether a task was told that its credentials have this id. */
    boolean expectsCredentials(String id) {
        Predicate<AcsTask.@Nullable RoleCredentials> same =
                credentials -> credentials != null && credentials.credentialsId().equals(id);
        return all().stream()
                .map(LocalTask::spec)
                .anyMatch(
                        spec ->
                                same.test(spec.roleCredentials())
                                        || same.test(spec.executionRoleCredentials()));
    }
}
