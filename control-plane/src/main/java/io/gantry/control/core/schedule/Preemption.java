package io.gantry.control.core.schedule;

import io.gantry.control.core.command.Command.Eviction;
import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Where tasks that found no room could have that of less important ones: on each machine the
 * fewest, and the least important of them, must go. Only the tasks of a few machines are looked at,
 * those whose services are the least important.
 *
 * @param evictions one for each task that will have room
 * @param waiting how many more tasks have room made for them already
 */
public record Preemption(List<Eviction> evictions, int waiting) {
    /** Tasks for which room is made at a time, so that a mistake does not sweep a cluster. */
    public static final int MOST_AT_ONCE = 10;

    private static final int MOST_MACHINES = 32;
    private static final String SERVICE = "service:";

    public static final Preemption NONE = new Preemption(List.of(), 0);

    public Preemption {
        evictions = List.copyOf(evictions);
    }

    /** How many tasks need not be complained about. */
    public int helped() {
        return evictions.size() + waiting;
    }

    /**
     * A proposal for tasks that have found no room, one demand after the other.
     *
     * @param soon how many will have room without it, as others of their group are about to stop
     */
    public static Preemption plan(
            ClusterState state, List<Demand> shortages, int soon, RandomGenerator random) {
        if (shortages.isEmpty()) {
            return NONE;
        }
        Demand first = shortages.getFirst();
        int waiting = Claims.of(state, first.cluster(), first.group());
        int left = MOST_AT_ONCE;
        int covered = waiting + soon;
        var evictions = new ArrayList<Eviction>();
        for (Demand demand : shortages) {
            int needed = Math.min(left, demand.count() - covered);
            covered = Math.max(0, covered - demand.count());
            if (needed > 0) {
                List<Eviction> more =
                        new Search(state, demand, new SplittableRandom(random.nextLong()))
                                .find(needed);
                evictions.addAll(more);
                left -= more.size();
            }
        }
        return new Preemption(evictions, waiting);
    }

    /**
     * Whether a task may be stopped to make room for one of a priority: never one that is
     * protected, and never a daemon.
     */
    public static boolean mayGo(ClusterState state, Task task, int priority) {
        ServiceKey service = task.service();
        return task.alive()
                && task.wanted()
                && !task.lost()
                && !task.isProtected(state.nowMillis())
                && (service == null
                        || (!service.isDaemon() && state.daemons().get(service) == null))
                && Priority.of(state, task) < priority;
    }

    /** Whether a task will have room when those that stop, and these, have stopped. */
    public static boolean makesRoom(
            Worker worker,
            List<Task> alive,
            List<Task> victims,
            Footprint footprint,
            int priority,
            long nowMillis) {
        Room room = Room.of(worker, alive, priority, nowMillis);
        victims.forEach(task -> room.give(task.footprint()));
        return room.fits(footprint);
    }

    /** One demand. */
    private static final class Search {
        private final ClusterState state;
        private final Demand demand;
        private final Constraints constraints;
        private final List<DaemonNeed> daemons;
        private final RandomGenerator random;
        private final Map<String, Integer> importance = new HashMap<>();

        Search(ClusterState state, Demand demand, RandomGenerator random) {
            this.state = state;
            this.demand = demand;
            this.constraints = Constraints.of(demand.constraints());
            this.daemons = DaemonNeed.in(state, demand.cluster());
            this.random = random;
        }

        private int priority() {
            return demand.preference().priority();
        }

        private record Ranked(Worker worker, int least, double chance) {}

        List<Eviction> find(int count) {
            var ranked = new ArrayList<Ranked>();
            state.eachWorkerOf(
                    demand.cluster(),
                    worker -> {
                        int least = leastImportant(worker);
                        if (least < priority()
                                && demand.capacity().has(worker)
                                && wouldDo(worker)) {
                            ranked.add(new Ranked(worker, least, random.nextDouble()));
                        }
                    });
            ranked.sort(Comparator.comparingInt(Ranked::least).thenComparingDouble(Ranked::chance));
            return choose(ranked.stream().limit(MOST_MACHINES).map(Ranked::worker).toList(), count);
        }

        /** Whether nothing but room speaks against a machine, and it is large enough. */
        boolean wouldDo(Worker worker) {
            Reason unfit = Fit.unfit(worker, demand.footprint());
            return unfit == null
                    && constraints.refusal(worker, demand.group()) == null
                    && demand.footprint().resources().fitsIn(worker.total())
                    && demand.footprint().gpus() <= worker.gpus().size();
        }

        /** The lowest priority that a task of the machine may have, by their groups alone. */
        private int leastImportant(Worker worker) {
            int least = Integer.MAX_VALUE;
            for (String group : worker.groups().wanted().keySet()) {
                least = Math.min(least, importance.computeIfAbsent(group, this::importanceOf));
            }
            return least;
        }

        /** Of tasks of nobody only a look at them would tell; they may be unimportant. */
        private int importanceOf(String group) {
            if (!group.startsWith(SERVICE)) {
                return 0;
            }
            var key = new ServiceKey(demand.cluster(), group.substring(SERVICE.length()));
            var service = state.services().get(key);
            return service == null || service.daemon()
                    ? Integer.MAX_VALUE
                    : Priority.of(state, service);
        }

        List<Eviction> choose(List<Worker> machines, int count) {
            var benches = new PriorityQueue<Bench>();
            for (Worker worker : machines) {
                var bench = new Bench(this, DaemonNeed.kept(state, daemons, worker));
                if (bench.look()) {
                    benches.add(bench);
                }
            }
            var evictions = new ArrayList<Eviction>();
            while (evictions.size() < count && !benches.isEmpty()) {
                Bench best = benches.remove();
                evictions.add(best.evict());
                if (best.look()) {
                    benches.add(best);
                }
            }
            return evictions;
        }
    }

    /** A machine whose tasks are looked at, as it is after what was decided for it so far. */
    private static final class Bench implements Comparable<Bench> {
        private static final Comparator<Bench> ORDER =
                Comparator.comparingInt((Bench bench) -> bench.highest)
                        .thenComparingInt(bench -> bench.victims.size())
                        .thenComparing(bench -> bench.worker.id());

        private final Search search;
        private final Worker worker;
        private final Room room;
        private final List<Task> movable;
        private int taken;
        private List<Task> victims = List.of();
        private int highest;

        Bench(Search search, Worker worker) {
            this.search = search;
            this.worker = worker;
            int priority = search.priority();
            List<Task> alive = search.state.aliveOn(worker.id()).toList();
            this.room = Room.of(worker, alive, priority, search.state.nowMillis());
            this.movable =
                    new ArrayList<>(
                            alive.stream()
                                    .filter(task -> mayGo(search.state, task, priority))
                                    .sorted(spared(search.state, worker))
                                    .toList());
        }

        /**
         * Those that would best be spared first: important ones, then small ones, then old ones.
         */
        private static Comparator<Task> spared(ClusterState state, Worker worker) {
            return Comparator.comparingInt((Task task) -> -Priority.of(state, task))
                    .thenComparingDouble(task -> share(task, worker))
                    .thenComparing(Task::id);
        }

        private static double share(Task task, Worker worker) {
            var wanted = task.footprint().resources();
            return Math.max(
                    wanted.cpuUnits() / (double) Math.max(1, worker.total().cpuUnits()),
                    wanted.memoryMib() / (double) Math.max(1, worker.total().memoryMib()));
        }

        /** Whether one more task can have room here; remembers at whose cost. */
        boolean look() {
            // Where nobody is less important, what will be free is for whoever comes first.
            if (movable.isEmpty() && taken == 0) {
                return false;
            }
            Footprint footprint = search.demand.footprint();
            if (taken > 0 && search.constraints.distinctInstance()) {
                return false;
            }
            movable.forEach(task -> room.give(task.footprint()));
            if (!room.fits(footprint)) {
                return false;
            }
            var chosen = new ArrayList<Task>();
            for (Task task : movable) {
                room.take(task.footprint());
                if (!room.fits(footprint)) {
                    room.give(task.footprint());
                    chosen.add(task);
                }
            }
            chosen.forEach(task -> room.take(task.footprint()));
            victims = chosen;
            highest =
                    chosen.stream()
                            .mapToInt(task -> Priority.of(search.state, task))
                            .max()
                            .orElse(0);
            return true;
        }

        Eviction evict() {
            victims.forEach(task -> room.give(task.footprint()));
            movable.removeAll(victims);
            room.take(search.demand.footprint());
            taken++;
            return new Eviction(worker.id(), victims.stream().map(Task::id).toList());
        }

        @Override
        public int compareTo(Bench other) {
            return ORDER.compare(this, other);
        }
    }
}
