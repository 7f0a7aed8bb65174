package io.gantry.control.core.rehearsal;

import io.gantry.common.model.IdSource;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Service.Event;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Transitions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Plays a command and what the services that it touches make of it. Tasks reach RUNNING, pass their
 * health checks and stop within one round of ten seconds.
 */
public final class Rehearsal {
    private static final long ROUND_MILLIS = 10_000;
    private static final int MOST_ROUNDS = 500;

    /** A task without health checks counts as healthy only after a while. */
    private static final int QUIET_ROUNDS = 6;

    private final IdSource ids;
    private final RandomGenerator random;
    private final Set<ServiceKey> services = new TreeSet<>();
    private final Set<UUID> said = new HashSet<>();
    private final List<Step> steps = new ArrayList<>();
    private final long began;
    private ClusterState state;
    private long nowMillis;

    private Rehearsal(ClusterState state, IdSource ids, RandomGenerator random) {
        this.state = state;
        this.ids = ids;
        this.random = random;
        this.began = state.nowMillis();
        this.nowMillis = began;
    }

    /**
     * What happens in one round.
     *
     * @param afterMillis since the beginning
     * @param started tasks that are placed
     * @param stopped tasks that are asked to stop
     * @param events what services say
     */
    public record Step(
            long afterMillis, List<Task> started, List<Task> stopped, List<String> events) {
        public Step {
            started = List.copyOf(started);
            stopped = List.copyOf(stopped);
            events = List.copyOf(events);
        }
    }

    /**
     * All that happens.
     *
     * @param reply to the command itself; if it is refused nothing follows
     * @param settled whether nothing more would happen
     * @param after the state in the end
     */
    public record Result(Reply reply, List<Step> steps, boolean settled, ClusterState after) {
        public Result {
            steps = List.copyOf(steps);
        }
    }

    /** Plays a command until nothing more happens, or for an hour and a bit. */
    public static Result of(
            ClusterState state, Command command, IdSource ids, RandomGenerator random) {
        return new Rehearsal(state, ids, random).play(command);
    }

    private Result play(Command command) {
        state.services()
                .forEach((key, service) -> service.events().forEach(each -> said.add(each.id())));
        ClusterState before = state;
        Outcome outcome = apply(command);
        services.addAll(outcome.touched().services());
        if (outcome.reply() instanceof Reply.Refused) {
            return new Result(outcome.reply(), List.of(), true, before);
        }
        int quiet = 0;
        for (int round = 0; round < MOST_ROUNDS && quiet < QUIET_ROUNDS; round++) {
            boolean planned = plan(before);
            boolean obeyed = obey();
            before = state;
            quiet = planned || obeyed ? 0 : quiet + 1;
            nowMillis += ROUND_MILLIS;
            apply(new Command.Tick());
        }
        return new Result(outcome.reply(), steps, quiet == QUIET_ROUNDS, state);
    }

    private Outcome apply(Command command) {
        Outcome outcome = Transitions.apply(state, command, nowMillis);
        state = outcome.state();
        return outcome;
    }

    /** Whether the services had anything to do since a state. */
    private boolean plan(ClusterState before) {
        for (ServiceKey key : services) {
            Service service = state.services().get(key);
            CommitPlan plan = service == null ? null : Reconciler.next(state, service, ids, random);
            if (plan != null) {
                apply(plan);
            }
        }
        var started = new ArrayList<Task>();
        var stopped = new ArrayList<Task>();
        for (ServiceKey key : services) {
            state.aliveOf(key)
                    .forEach(
                            task -> {
                                Task earlier = before.tasks().get(task.id());
                                if (earlier == null) {
                                    started.add(task);
                                } else if (earlier.wanted() && !task.wanted()) {
                                    stopped.add(task);
                                }
                            });
        }
        List<String> events = events();
        if (started.isEmpty() && stopped.isEmpty() && events.isEmpty()) {
            return false;
        }
        steps.add(new Step(nowMillis - began, started, stopped, events));
        return true;
    }

    private List<String> events() {
        var events = new ArrayList<String>();
        for (ServiceKey key : services) {
            Service service = state.services().get(key);
            List<Event> all = service == null ? List.of() : service.events().reversed();
            all.stream()
                    .filter(each -> said.add(each.id()))
                    .map(Event::message)
                    .forEach(events::add);
        }
        return events;
    }

    /** Whether the agents had anything to do. */
    private boolean obey() {
        var seen = new ArrayList<Observation>();
        for (ServiceKey key : services) {
            state.aliveOf(key)
                    .filter(task -> isConnected(task))
                    .filter(task -> !task.wanted() || task.last() == Status.PENDING)
                    .map(Rehearsal::obeyed)
                    .forEach(seen::add);
        }
        if (!seen.isEmpty()) {
            apply(new Command.ObserveTasks(seen));
        }
        return !seen.isEmpty();
    }

    private boolean isConnected(Task task) {
        Worker worker = state.workers().get(task.worker());
        return worker != null && worker.connected();
    }

    private static Observation obeyed(Task task) {
        Status status = task.wanted() ? Status.RUNNING : Status.STOPPED;
        List<ContainerSeen> containers =
                task.containers().stream()
                        .map(
                                each ->
                                        new ContainerSeen(
                                                each.name(),
                                                status,
                                                task.wanted() ? null : 143,
                                                null,
                                                null,
                                                null,
                                                null,
                                                each.health() == Health.UNCHECKED
                                                        ? null
                                                        : Health.HEALTHY))
                        .toList();
        return new Observation(task.id(), status, null, containers, 0, 0, 0);
    }
}
