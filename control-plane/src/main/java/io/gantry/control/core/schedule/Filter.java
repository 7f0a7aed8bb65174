package io.gantry.control.core.schedule;

import io.gantry.control.core.schedule.Refusal.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A condition that a worker must meet. */
interface Filter {

    /** Null if the worker may be chosen. */
    @Nullable Reason refuses(Candidate candidate, Demand demand);

    /** All conditions, cheapest first. */
    List<Filter> ALL =
            List.of(
                    (candidate, demand) -> Fit.refusal(candidate.worker(), demand.footprint()),
                    (candidate, demand) ->
                            demand.distinctInstance() && candidate.ofGroup() > 0
                                    ? Reason.DISTINCT_INSTANCE
                                    : null);

    /** The first reason against a worker, or null. */
    static @Nullable Reason refusal(Candidate candidate, Demand demand) {
        for (Filter filter : ALL) {
            Reason reason = filter.refuses(candidate, demand);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }
}
