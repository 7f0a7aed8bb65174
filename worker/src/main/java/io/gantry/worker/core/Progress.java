package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.worker.core.AgentEvent.Stage;
import io.gantry.worker.core.Dependencies.Readiness;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.LocalContainer.Phase;
import java.time.Duration;
import java.util.List;

/**
 * Moves the containers of one task as far as they can go now, and collects what must be done for
 * it.
 */
final class Progress {
    static final long STOP_RETRY_MILLIS = Duration.ofSeconds(10).toMillis();
    private static final int REASON_LIMIT = 1024;
    private static final String RESOURCE_ERROR = "ResourceInitializationError: ";
    private static final Duration RESTART_PERIOD = Duration.ofMinutes(5);

    private final AgentSettings settings;
    private final long nowMillis;
    private final List<AgentAction> actions;

    Progress(AgentSettings settings, long nowMillis, List<AgentAction> actions) {
        this.settings = settings;
        this.nowMillis = nowMillis;
        this.actions = actions;
    }

    LocalTask advance(LocalTask task) {
        LocalTask before;
        do {
            before = task;
            for (LocalContainer container : before.containers()) {
                task = task.stopWanted() ? stopStep(task, container) : startStep(task, container);
            }
        } while (!task.equals(before));
        if (!task.allStopped() || task.stoppedAtMillis() != null) {
            return task;
        }
        if (!task.containers().isEmpty()) {
            actions.add(new AgentAction.Release(task.spec()));
        }
        return task.stoppedAt(nowMillis);
    }

    private LocalTask startStep(LocalTask task, LocalContainer container) {
        return switch (container.phase()) {
            case NEW -> {
                actions.add(
                        new AgentAction.Pull(task.key(container), task.spec(), container.spec()));
                yield task.pullStarted(nowMillis).with(container.to(Phase.PULLING));
            }
            case WAITING -> createIfReady(task, container);
            case CREATED -> {
                actions.add(new AgentAction.Start(task.key(container), idOf(container)));
                yield task.with(container.to(Phase.STARTING));
            }
            case PULLING, CREATING, STARTING, RUNNING, STOPPING, STOPPED -> task;
        };
    }

    private LocalTask createIfReady(LocalTask task, LocalContainer container) {
        return switch (Dependencies.readiness(task, container, nowMillis)) {
            case Readiness.Ready() -> {
                actions.add(
                        new AgentAction.Create(task.key(container), task.spec(), container.spec()));
                yield task.with(container.to(Phase.CREATING));
            }
            case Readiness.Blocked() -> task;
            case Readiness.Impossible(String why) ->
                    task.with(container.stopped(reason("TaskDependencyError: " + why)))
                            .stopping(null);
        };
    }

    private LocalTask stopStep(LocalTask task, LocalContainer container) {
        return switch (container.phase()) {
            case NEW, PULLING, WAITING, CREATED -> task.with(container.stopped(container.reason()));
            case RUNNING ->
                    Dependencies.mayStop(task, container) ? task.with(stop(task, container)) : task;
            case STOPPING -> {
                Long retryAt = container.retryAtMillis();
                yield retryAt != null && nowMillis >= retryAt
                        ? task.with(stop(task, container))
                        : task;
            }
            case CREATING, STARTING, STOPPED -> task;
        };
    }

    private LocalContainer stop(LocalTask task, LocalContainer container) {
        Integer seconds = container.spec().stopTimeout();
        Duration timeout =
                seconds == null || seconds <= 0
                        ? settings.stopTimeout()
                        : Duration.ofSeconds(seconds);
        actions.add(new AgentAction.Stop(task.key(container), idOf(container), timeout.toMillis()));
        return container.to(Phase.STOPPING);
    }

    LocalTask exited(LocalTask task, LocalContainer container, Exit exit) {
        if (!task.stopWanted() && restartsAfter(container, exit)) {
            actions.add(new AgentAction.Start(task.key(container), idOf(container)));
            return task.with(container.restarting(exit));
        }
        LocalTask changed = task.with(container.exited(exit));
        return container.spec().isEssential()
                ? changed.executionStopped(exit).stopping(null)
                : changed;
    }

    private static boolean restartsAfter(LocalContainer container, Exit exit) {
        AcsContainer.RestartPolicy policy = container.spec().restartPolicy();
        RuntimeFacts facts = container.facts();
        Integer code = exit.code();
        if (policy == null
                || !Boolean.TRUE.equals(policy.enabled())
                || facts == null
                || code == null
                || policy.ignoredExitCodes().contains(code)) {
            return false;
        }
        Integer seconds = policy.restartAttemptPeriod();
        Duration period =
                seconds == null || seconds <= 0 ? RESTART_PERIOD : Duration.ofSeconds(seconds);
        // The facts of a container that is starting are those of its run before.
        Long told = exit.startedAtMillis();
        if (container.is(Phase.STARTING) && told == null) {
            return false;
        }
        long began = container.is(Phase.STARTING) && told != null ? told : facts.startedAtMillis();
        return exit.atMillis() - began >= period.toMillis();
    }

    LocalTask failed(LocalTask task, LocalContainer container, Stage stage, String error) {
        Phase expected =
                switch (stage) {
                    case PULL -> Phase.PULLING;
                    case CREATE -> Phase.CREATING;
                    case START -> Phase.STARTING;
                    case STOP -> Phase.STOPPING;
                };
        if (!container.is(expected)) {
            return task;
        }
        if (stage == Stage.STOP) {
            return task.with(container.stopFailed(reason(error), nowMillis + STOP_RETRY_MILLIS));
        }
        LocalTask pulled = stage == Stage.PULL ? task.pullStopped(nowMillis) : task;
        LocalTask changed = ended(pulled, container, error);
        // What a task needs from elsewhere it needs as a whole.
        return error.startsWith(RESOURCE_ERROR) ? changed.stopping(reason(error)) : changed;
    }

    /** The container is over without an exit; the task too if it needs it. */
    LocalTask ended(LocalTask task, LocalContainer container, String error) {
        LocalTask changed = task.with(container.stopped(reason(error)));
        return container.spec().isEssential() ? changed.stopping(null) : changed;
    }

    private static String idOf(LocalContainer container) {
        String id = container.runtimeId();
        if (id == null) {
            throw new AssertionError("container without an id: " + container);
        }
        return id;
    }

    static String reason(String text) {
        return text.length() <= REASON_LIMIT ? text : text.substring(0, REASON_LIMIT);
    }
}
