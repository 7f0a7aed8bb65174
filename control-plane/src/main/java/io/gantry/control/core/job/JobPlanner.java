package io.gantry.control.core.job;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.PlaceJobs;
import io.gantry.control.core.command.Command.Placing;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.JobDemand;
import io.gantry.control.core.schedule.Plan;
import io.gantry.control.core.schedule.Planner;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobTags;
import io.gantry.control.core.state.Jobs;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Transitions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds places for tasks that wait, the most important and then the oldest first. One that does not
 * fit lets younger ones of other kinds pass, but nobody of its own queue.
 *
 * <p>All machines are compared only for tasks that have come, or that would fit on a machine that
 * has changed, and for so many in one step; tasks alike that follow each other are planned at once.
 */
public final class JobPlanner {
    /** How often all machines are compared in one step. */
    static final int MOST_PLANS = 32;

    /** How many tasks are placed in one step. */
    static final int MOST_PLACED = 64;

    private final String cluster;
    private final Set<TaskId> changed;
    private final List<WorkerId> roomy;
    private final RandomGenerator random;
    private final Map<Demand, Boolean> promising = new HashMap<>();
    private final Set<Demand> full = new HashSet<>();
    private final Set<String> active = new HashSet<>();
    private final Set<String> closed = new HashSet<>();
    private final Map<String, Integer> placed = new HashMap<>();
    private final List<Placing> placings = new ArrayList<>();
    private final Set<TaskId> left = new HashSet<>();
    private final List<Job> row = new ArrayList<>();
    private ClusterState state;
    private int plans;

    private JobPlanner(
            ClusterState state,
            String cluster,
            Set<TaskId> changed,
            List<WorkerId> roomy,
            RandomGenerator random) {
        this.state = state;
        this.cluster = cluster;
        this.changed = changed;
        this.roomy = roomy;
        this.random = random;
    }

    /**
     * What to do now.
     *
     * @param command null if nothing can be placed
     * @param left tasks that should be looked at in another step
     */
    public record Step(@Nullable PlaceJobs command, Set<TaskId> left) {
        public Step {
            left = Set.copyOf(left);
        }
    }

    /**
     * The next step.
     *
     * @param changed tasks that have come to wait, or whose turn may have come
     * @param touched machines that may have more room than before
     */
    public static Step next(
            ClusterState state,
            String cluster,
            Set<TaskId> changed,
            Set<WorkerId> touched,
            RandomGenerator random) {
        List<WorkerId> roomy =
                touched.stream().filter(id -> state.workers().get(id) != null).sorted().toList();
        return new JobPlanner(state, cluster, changed, roomy, random).step();
    }

    private Step step() {
        Jobs jobs = state.jobs();
        jobs.waitingIn(cluster)
                .filter(job -> job.isDue(state.nowMillis()))
                .sorted(byPriority())
                .filter(this::isWorthALook)
                .forEach(this::consider);
        plan();
        return new Step(
                placings.isEmpty() ? null : new PlaceJobs(cluster, List.copyOf(placings)), left);
    }

    /** The most important ones first; those alike stay in the order in which they came. */
    private Comparator<Job> byPriority() {
        Cluster row = state.clusters().get(cluster);
        return Comparator.comparingInt(job -> -Priority.of(job.ask().tags(), row));
    }

    /** Whether it may be its turn, and there may be room. */
    private boolean isWorthALook(Job job) {
        JobTags.Queue queue = job.queue();
        if (queue != null && closed.contains(queue.name())) {
            return false;
        }
        Demand demand = JobDemand.of(state, job, 1);
        boolean worth =
                hasTurn(queue)
                        && !full.contains(demand)
                        && (changed.contains(job.id())
                                || (queue != null && active.contains(queue.name()))
                                || promising.computeIfAbsent(demand, this::isPromising));
        if (queue != null) {
            (worth ? active : closed).add(queue.name());
        }
        return worth;
    }

    private boolean hasTurn(JobTags.@Nullable Queue queue) {
        return queue == null
                || placed.computeIfAbsent(
                                queue.name(), name -> state.jobs().placedOf(cluster, name))
                        < queue.concurrency();
    }

    /** Whether one of the machines that have changed would do. */
    private boolean isPromising(Demand demand) {
        List<WorkerId> candidates =
                roomy.stream()
                        .filter(
                                id -> {
                                    var worker = state.workers().get(id);
                                    return worker != null
                                            && worker.cluster().equals(cluster)
                                            && demand.capacity().has(worker);
                                })
                        .toList();
        return !Planner.at(state, demand, candidates).places().isEmpty();
    }

    /** Tasks alike in a row are planned together. */
    private void consider(Job job) {
        if (!row.isEmpty()
                && !JobDemand.of(state, row.getFirst(), 1).equals(JobDemand.of(state, job, 1))) {
            plan();
            if (!isWorthALook(job)) {
                return;
            }
        }
        if (plans >= MOST_PLANS || placings.size() + row.size() >= MOST_PLACED) {
            left.add(job.id());
            close(job);
            return;
        }
        row.add(job);
        JobTags.Queue queue = job.queue();
        if (queue != null) {
            placed.merge(queue.name(), 1, Integer::sum);
        }
    }

    private void plan() {
        if (row.isEmpty()) {
            return;
        }
        List<Job> jobs = List.copyOf(row);
        row.clear();
        plans++;
        Plan plan = Planner.plan(state, JobDemand.of(state, jobs.getFirst(), jobs.size()), random);
        var proposed = new ArrayList<Placing>();
        for (int i = 0; i < plan.places().size(); i++) {
            proposed.add(new Placing(jobs.get(i).id(), plan.places().get(i)));
        }
        List<TaskId> taken = judge(proposed);
        proposed.stream().filter(each -> taken.contains(each.task())).forEach(placings::add);
        if (taken.size() < jobs.size()) {
            full.add(JobDemand.of(state, jobs.getFirst(), 1));
            jobs.stream().filter(job -> !taken.contains(job.id())).forEach(this::close);
        }
    }

    /** Nobody of its queue may pass it. */
    private void close(Job job) {
        JobTags.Queue queue = job.queue();
        if (queue != null) {
            closed.add(queue.name());
        }
    }

    /** Plays what has been planned so far, so that what follows reckons with it. */
    private List<TaskId> judge(List<Placing> proposed) {
        if (proposed.isEmpty()) {
            return List.of();
        }
        Outcome outcome =
                Transitions.apply(state, new PlaceJobs(cluster, proposed), state.nowMillis());
        state = outcome.state();
        return outcome.reply() instanceof Reply.Started(List<TaskId> started, _)
                ? started
                : List.of();
    }
}
