package io.gantry.worker;

import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.TaskStatus;
import io.gantry.worker.fence.Fence;
import io.gantry.worker.runtime.ContainerRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Begins containers of tasks that need a lease only while there is one, and not before their guard
 * knows of them. The others begin at once.
 */
final class LeasedStarts {
    private final Fence fence;
    private final ContainerRuntime runtime;
    private final Consumer<AgentEvent> events;
    private final List<AgentAction.Start> held = new ArrayList<>();

    LeasedStarts(Fence fence, ContainerRuntime runtime, Consumer<AgentEvent> events) {
        this.fence = fence;
        this.runtime = runtime;
        this.events = events;
    }

    void begin(AgentAction.Start order, @Nullable LocalTask task) {
        Long lease = task == null ? null : task.spec().leaseMillis();
        if (lease == null) {
            runtime.start(order);
        } else if (fence.ageMillis() >= lease) {
            held.add(order);
        } else if (cover(order.key(), order.runtimeId(), lease)) {
            runtime.start(order);
        }
    }

    private boolean cover(ContainerKey key, String runtimeId, long lease) {
        try {
            fence.cover(name(key), lease, runtime.guardTarget(runtimeId));
            return true;
        } catch (IOException failure) {
            String error = "CannotStartContainerError: nothing guards it: " + failure.getMessage();
            events.accept(new AgentEvent.Failed(key, AgentEvent.Stage.START, error));
            return false;
        }
    }

    /** An engine may have made the container anew to start it. */
    void began(AgentEvent.Started started, @Nullable LocalTask task) {
        Long lease = task == null ? null : task.spec().leaseMillis();
        if (lease != null) {
            cover(started.key(), started.facts().runtimeId(), lease);
        }
    }

    void ended(AgentAction.Release release) {
        release.task()
                .containers()
                .forEach(
                        one ->
                                fence.uncover(
                                        name(new ContainerKey(release.task().arn(), one.name()))));
    }

    /** Begins what has waited for a lease, unless its task is to stop by now. */
    void review(AgentState state) {
        List<AgentAction.Start> waiting = List.copyOf(held);
        held.clear();
        for (AgentAction.Start order : waiting) {
            LocalTask task = state.tasks().get(order.key().taskArn());
            if (task == null || task.stopWanted()) {
                String error = "CannotStartContainerError: the task was stopped first";
                events.accept(new AgentEvent.Failed(order.key(), AgentEvent.Stage.START, error));
            } else {
                begin(order, task);
            }
        }
    }

    /** After a restart: containers that have ended meanwhile need no guard. */
    void adopt(AgentState state) {
        Set<String> known = new HashSet<>();
        for (LocalTask task : state.open().values().toList()) {
            for (LocalContainer container : task.containers()) {
                if (task.spec().leaseMillis() != null && container.status() != TaskStatus.STOPPED) {
                    known.add(name(task.key(container)));
                }
            }
        }
        fence.retain(known);
        fence.watch();
    }

    private static String name(ContainerKey key) {
        return key.taskId() + '.' + key.containerName();
    }
}
