package io.gantry.control.core.schedule;

import io.gantry.common.model.WorkerId;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the tasks of a demand should go.
 *
 * @param places one worker for each task that found a place
 * @param unplaced how many did not
 * @param refusals why workers were not chosen when the first task found no place; empty if all did
 */
public record Plan(List<WorkerId> places, int unplaced, List<Refusal> refusals) {
    public Plan {
        places = List.copyOf(places);
        refusals = List.copyOf(refusals);
    }

    /** The worker that came nearest to being chosen, or null if there is no worker at all. */
    public @Nullable Refusal closest() {
        Comparator<Refusal> nearest = Comparator.comparing(Refusal::reason);
        return refusals.stream()
                .max(nearest.thenComparing(Refusal::worker, Comparator.reverseOrder()))
                .orElse(null);
    }
}
