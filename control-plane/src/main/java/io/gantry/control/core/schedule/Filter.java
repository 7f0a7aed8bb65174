package io.gantry.control.core.schedule;

import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a machine must meet to be chosen for a demand, in the order of {@link Reason}. */
final class Filter {
    private final List<Function<Worker, @Nullable Reason>> conditions;

    Filter(Demand demand, DaemonGate gate) {
        var constraints = Constraints.of(demand.constraints());
        this.conditions =
                List.of(
                        worker -> Fit.unfit(worker, demand.footprint()),
                        worker -> gate.opens(worker) ? null : Reason.DAEMON,
                        worker -> constraints.refusal(worker, demand.group()),
                        worker -> Fit.noRoom(worker, demand.footprint()));
    }

    /** The first reason against a worker, or null. */
    @Nullable Reason refusal(Worker worker) {
        for (Function<Worker, @Nullable Reason> condition : conditions) {
            Reason reason = condition.apply(worker);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /** One reason of each kind against a worker: what it is, what users want, and its room. */
    List<Reason> refusals(Worker worker) {
        return conditions.stream()
                .flatMap(condition -> Stream.ofNullable(condition.apply(worker)))
                .toList();
    }
}
