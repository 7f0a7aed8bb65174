package io.gantry.worker.core;

import io.gantry.worker.core.LocalContainer.Phase;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Brings what the worker remembers and what its runtime has together again after a restart. */
final class Adoption {
    static final String VANISHED =
            "ContainerVanishedError: the container was gone when the worker came back";

    private final Progress progress;
    private final Map<ContainerKey, FoundContainer> found;

    Adoption(Progress progress, Map<ContainerKey, FoundContainer> found) {
        this.progress = progress;
        this.found = found;
    }

    LocalTask adopt(LocalTask task) {
        LocalTask changed = task;
        for (LocalContainer container : task.containers()) {
            changed = adopt(changed, container, found.get(task.key(container)));
        }
        return changed;
    }

    private LocalTask adopt(
            LocalTask task, LocalContainer container, @Nullable FoundContainer there) {
        return switch (container.phase()) {
            case NEW, WAITING, STOPPED -> task;
            case PULLING -> task.with(container.to(Phase.NEW));
            case CREATING, CREATED ->
                    there == null
                            ? task.with(container.to(Phase.WAITING))
                            : resume(task, container, there);
            case STARTING, RUNNING, STOPPING -> {
                if (there != null) {
                    yield resume(task, container, there);
                }
                yield container.startedOnce()
                        ? progress.ended(task, container, VANISHED)
                        : task.with(container.to(Phase.WAITING));
            }
        };
    }

    private LocalTask resume(LocalTask task, LocalContainer container, FoundContainer there) {
        RuntimeFacts facts = there.facts();
        FoundContainer.Exit exit = there.exit();
        FoundContainer.Exit last = container.exit();
        if (exit != null
                && last != null
                && container.is(Phase.STARTING)
                && exit.isOfSameRun(last)) {
            // It was to begin again, and the worker ended before it asked for that.
            return task.with(container.created(there.runtimeId()));
        }
        if (exit != null) {
            LocalContainer ran =
                    facts == null
                            ? container.created(there.runtimeId())
                            : container.created(there.runtimeId()).withFacts(facts);
            return progress.exited(task.with(ran), ran, exit);
        }
        // A container that was being stopped counts as running: it will be asked to stop again.
        return task.with(
                facts == null ? container.created(there.runtimeId()) : container.running(facts));
    }
}
