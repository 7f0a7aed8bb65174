package io.gantry.control.api;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.GantryTag;
import java.util.List;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * The tag by which tasks go to other capacity providers when there is no room with their own. What
 * a strategy may not name, it may not name either.
 */
final class FallbackRules {
    private FallbackRules() {}

    /** Throws unless what the tags of a request say suits its capacity and its cluster. */
    static void check(
            List<Tag> tags, GantryTag.Place place, CapacityChoice capacity, Cluster cluster) {
        List<String> fallback = Preference.of(Tags.checked(tags, place), null).fallback();
        if (fallback.isEmpty()) {
            return;
        }
        if (capacity.strategy().isEmpty()) {
            throw ApiErrors.invalid(
                    "The tag "
                            + GantryTag.CAPACITY_FALLBACK.key()
                            + " needs a capacity provider strategy.");
        }
        for (String name : fallback) {
            if (!cluster.spec().capacityProviders().contains(name)) {
                throw ApiErrors.invalid(
                        "The tag %s cannot name the capacity provider '%s', which is not associated with the cluster. Associate the capacity provider with the cluster and try again."
                                .formatted(GantryTag.CAPACITY_FALLBACK.key(), name));
            }
            if (!Capacity.launchTypeOf(name).equals(capacity.launchType())) {
                throw ApiErrors.invalid(
                        "The tag %s cannot name the capacity provider '%s', as Fargate providers and others do not mix."
                                .formatted(GantryTag.CAPACITY_FALLBACK.key(), name));
            }
        }
    }
}
