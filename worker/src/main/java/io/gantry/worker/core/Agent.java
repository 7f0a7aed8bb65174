package io.gantry.worker.core;

import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.LocalContainer.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The worker's mind. Every method is a function of its arguments and of the settings. */
public final class Agent {
    private final AgentSettings settings;

    public Agent(AgentSettings settings) {
        this.settings = settings;
    }

    /** What follows from an event. */
    public record Step(AgentState state, List<AgentAction> actions) {
        public Step {
            actions = List.copyOf(actions);
        }
    }

    public Step step(AgentState state, AgentEvent event, long nowMillis) {
        List<AgentAction> actions = new ArrayList<>();
        AgentState next = new Turn(nowMillis, actions).take(state, event);
        return new Step(next, actions);
    }

    /**
     * When a {@link AgentEvent.Tick} is wanted at the latest, in milliseconds since the epoch; null
     * for never.
     */
    public @Nullable Long wakeAt(AgentState state) {
        return Housekeeping.wakeAt(state, settings);
    }

    /** One event's worth of work. */
    private final class Turn {
        private final long nowMillis;
        private final List<AgentAction> actions;
        private final Progress progress;
        private final Reporting reporting;

        Turn(long nowMillis, List<AgentAction> actions) {
            this.nowMillis = nowMillis;
            this.actions = actions;
            progress = new Progress(settings, nowMillis, actions);
            reporting = new Reporting(settings, nowMillis, actions);
        }

        AgentState take(AgentState state, AgentEvent event) {
            return switch (event) {
                case AgentEvent.Assigned(var task) -> assigned(state, task);
                case AgentEvent.Restarted(var found) -> restarted(state, found);
                case AgentEvent.Pulled(var key, var digest) ->
                        change(state, key, (task, container) -> pulled(task, container, digest));
                case AgentEvent.Created(var key, var id) ->
                        change(state, key, (task, container) -> created(task, container, id));
                case AgentEvent.Started(var key, var facts) ->
                        change(state, key, (task, container) -> started(task, container, facts));
                case AgentEvent.Exited(var key, var exit) ->
                        change(state, key, (task, container) -> exited(task, container, exit));
                case AgentEvent.Failed(var key, var stage, var error) ->
                        change(
                                state,
                                key,
                                (task, container) ->
                                        progress.failed(task, container, stage, error));
                case AgentEvent.HealthChanged(var key, var health, var output, var exitCode) ->
                        change(
                                state,
                                key,
                                (task, container) ->
                                        felt(task, container, health, output, exitCode));
                case AgentEvent.ReportAcknowledged(var arn, var number) ->
                        acknowledged(state, arn, number);
                case AgentEvent.Tick() -> tick(state);
                case AgentEvent.ClockJumped(var millis) -> shifted(state, millis);
                case AgentEvent.LeaseAged(var age) -> aged(state, age);
            };
        }

        private AgentState assigned(AgentState state, AcsTask wanted) {
            LocalTask known = state.tasks().get(wanted.arn());
            boolean stop = wanted.desiredStatus().equals(AcsTask.STOPPED);
            if (known == null) {
                return finish(state, stop ? unknownStop(wanted) : admitted(wanted));
            }
            if (!stop) {
                return state;
            }
            // Whoever asks for the end of a task that has ended has not heard of it.
            return finish(state, known.settled() ? known.unreported() : known.stopping(null));
        }

        private LocalTask admitted(AcsTask wanted) {
            String refusal =
                    wanted.desiredStatus().equals(AcsTask.RUNNING)
                            ? Admission.refusal(wanted)
                            : "desired status " + wanted.desiredStatus() + " is not supported";
            if (refusal == null) {
                return LocalTask.of(wanted);
            }
            // Spelt as Amazon's agent spells it.
            String reason = "UnrecogniedTaskError: Error loading task - " + refusal;
            return LocalTask.of(AcsTask.stop(wanted.arn())).stopping(Progress.reason(reason));
        }

        private LocalTask unknownStop(AcsTask wanted) {
            return LocalTask.of(wanted)
                    .stopping(
                            wanted.containers().isEmpty()
                                    ? "TaskStateError: Agent could not progress task's state to"
                                            + " stopped"
                                    : null);
        }

        private AgentState restarted(AgentState state, List<FoundContainer> found) {
            Map<ContainerKey, FoundContainer> byKey =
                    found.stream()
                            .collect(
                                    Collectors.toMap(
                                            FoundContainer::key, one -> one, (one, other) -> one));
            Adoption adoption = new Adoption(progress, byKey);
            AgentState next = state;
            for (LocalTask task : state.tasks().values().toList()) {
                TaskReport inFlight = task.inFlight();
                if (inFlight != null) {
                    actions.add(new AgentAction.Report(inFlight));
                }
                next = finish(next, adoption.adopt(task));
            }
            Map<String, FoundContainer> strays = new TreeMap<>();
            found.stream()
                    .filter(one -> isStray(state, one))
                    .forEach(one -> strays.put(one.runtimeId(), one));
            strays.values()
                    .forEach(
                            one ->
                                    actions.add(
                                            new AgentAction.RemoveStray(
                                                    one.key(), one.runtimeId())));
            return next;
        }

        private boolean isStray(AgentState state, FoundContainer found) {
            LocalTask task = state.tasks().get(found.key().taskArn());
            LocalContainer container =
                    task == null ? null : task.container(found.key().containerName());
            return container == null
                    || (container.is(Phase.STOPPED)
                            && found.facts() != null
                            && found.exit() == null);
        }

        private AgentState change(
                AgentState state,
                ContainerKey key,
                BiFunction<LocalTask, LocalContainer, LocalTask> change) {
            LocalTask task = state.tasks().get(key.taskArn());
            LocalContainer container = task == null ? null : task.container(key.containerName());
            return task == null || container == null
                    ? state
                    : finish(state, change.apply(task, container));
        }

        private LocalTask pulled(
                LocalTask task, LocalContainer container, @Nullable String digest) {
            return container.is(Phase.PULLING)
                    ? task.pullStopped(nowMillis).with(container.pulled(digest))
                    : task;
        }

        private LocalTask created(LocalTask task, LocalContainer container, String id) {
            return switch (container.phase()) {
                case CREATING -> task.with(container.created(id));
                // Stopped in the meantime: the id is needed to clean up.
                case STOPPED -> task.with(container.created(id).stopped(container.reason()));
                case NEW, PULLING, WAITING, CREATED, STARTING, RUNNING, STOPPING -> task;
            };
        }

        private LocalTask started(LocalTask task, LocalContainer container, RuntimeFacts facts) {
            return switch (container.phase()) {
                case STARTING -> task.with(container.running(facts));
                // It ended before the news of its start arrived.
                case STOPPED ->
                        container.startedOnce() && container.facts() == null
                                ? task.with(container.withFacts(facts))
                                : task;
                case NEW, PULLING, WAITING, CREATING, CREATED, RUNNING, STOPPING -> task;
            };
        }

        private LocalTask exited(LocalTask task, LocalContainer container, Exit exit) {
            Exit last = container.exit();
            if (last != null && exit.isOfSameRun(last)) {
                return task;
            }
            return switch (container.phase()) {
                case STARTING, RUNNING, STOPPING -> progress.exited(task, container, exit);
                case NEW, PULLING, WAITING, CREATING, CREATED, STOPPED -> task;
            };
        }

        private LocalTask felt(
                LocalTask task,
                LocalContainer container,
                Health health,
                @Nullable String output,
                @Nullable Integer exitCode) {
            if (container.health() == health) {
                return task;
            }
            actions.add(new AgentAction.TellHealth(task.arn()));
            return task.with(container.withHealth(health, output, exitCode, nowMillis));
        }

        private AgentState acknowledged(AgentState state, String taskArn, long number) {
            LocalTask task = state.tasks().get(taskArn);
            return task == null
                    ? state
                    : housekeeping(finish(state, reporting.acknowledged(task, number)));
        }

        private AgentState tick(AgentState state) {
            AgentState next = state;
            for (LocalTask task : state.open().values().toList()) {
                next = finish(next, task);
            }
            return housekeeping(next);
        }

        private AgentState shifted(AgentState state, long millis) {
            AgentState next = state;
            for (LocalTask task : state.tasks().values().toList()) {
                LocalTask shifted = task.shifted(millis);
                next = shifted.equals(task) ? next : next.with(shifted);
            }
            return next;
        }

        private AgentState aged(AgentState state, long ageMillis) {
            AgentState next = state;
            for (LocalTask task : state.open().values().toList()) {
                if (task.outlives(ageMillis)) {
                    next = finish(next, task.stopping(AcsTask.LEASE_EXPIRED));
                }
            }
            return next;
        }

        private AgentState housekeeping(AgentState state) {
            return Housekeeping.tidy(state, settings, nowMillis, actions);
        }

        private AgentState finish(AgentState state, LocalTask task) {
            LocalTask next =
                    task.removed()
                            ? reporting.report(task)
                            : reporting.report(progress.advance(task));
            return next.equals(state.tasks().get(task.arn())) ? state : state.with(next);
        }
    }
}
