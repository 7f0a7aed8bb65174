package io.gantry.control;

import io.gantry.control.core.command.Command.Eviction;
import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.reconcile.Rebalance;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Explanation;
import io.gantry.control.core.schedule.Preemption;
import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What tags of ours have to do with where tasks are, in sentences. */
final class WhyWishes {
    private WhyWishes() {}

    /** What counts for the tasks of a demand. */
    static List<String> of(Demand demand) {
        Preference preference = demand.preference();
        var lines = new ArrayList<String>();
        if (preference.priority() != Priority.USUAL) {
            lines.add("Its priority is %d (gantry:priority).".formatted(preference.priority()));
        }
        if (!preference.avoid().isEmpty()) {
            lines.add(
                    "Machines with tasks of %s come last (gantry:avoid)."
                            .formatted(String.join(", ", preference.avoid())));
        }
        if (!preference.fallback().isEmpty()) {
            lines.add(
                    "What has no room with its capacity provider goes to %s (gantry:capacity-fallback)."
                            .formatted(String.join(", then ", preference.fallback())));
        }
        return lines;
    }

    /** What keeps a service from starting or moving more tasks at the moment. */
    static List<String> of(ClusterState state, Service service, Census census) {
        var lines = new ArrayList<String>();
        Integer most = service.maxParallel();
        if (most != null && census.startable() != Integer.MAX_VALUE) {
            lines.add(
                    "Its deployment has at most %d tasks that are not healthy yet; %d more may start now (gantry:max-parallel)."
                            .formatted(most, census.startable()));
        }
        Rate pace = Rebalance.budget(service, state.clusters().get(service.key().cluster()));
        if (pace != null) {
            lines.add(
                    "From a steady state %s of its tasks may be moved to machines with fewer, %d of them now (gantry:rebalance)."
                            .formatted(pace.text(), Rebalance.movesLeft(census, pace)));
        }
        return lines;
    }

    /** At whose cost a task would have room, if it has none. */
    static List<String> preemption(ClusterState state, Demand demand, Explanation explanation) {
        boolean fits = explanation.verdicts().stream().anyMatch(each -> each.rank() > 0);
        if (fits) {
            return List.of();
        }
        Preemption preemption = Preemption.plan(state, List.of(demand), 0, new SplittableRandom(0));
        if (preemption.waiting() > 0) {
            return List.of("Room is being made for it; it comes when other tasks have stopped.");
        }
        return preemption.evictions().stream().map(WhyWishes::sentence).toList();
    }

    private static String sentence(Eviction eviction) {
        return eviction.victims().isEmpty()
                ? "It will have room on %s when tasks there have stopped that stop already."
                        .formatted(eviction.worker())
                : "It may have the room of %d less important tasks on %s: %s."
                        .formatted(
                                eviction.victims().size(),
                                eviction.worker(),
                                String.join(
                                        ", ",
                                        eviction.victims().stream()
                                                .map(Object::toString)
                                                .toList()));
    }
}
