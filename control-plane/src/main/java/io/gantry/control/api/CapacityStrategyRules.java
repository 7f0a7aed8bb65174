package io.gantry.control.api;

import io.gantry.control.core.capacity.Capacity;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;

/**
 * What may be asked of a capacity provider strategy, whatever its cluster has. Whether the cluster
 * has its providers is judged when the command is applied.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html">CapacityProviderStrategyItem</a>
 */
final class CapacityStrategyRules {
    private static final int MOST_ITEMS = 20;
    private static final int MOST_BASE = 100_000;
    private static final int MOST_WEIGHT = 1_000;

    private CapacityStrategyRules() {}

    /** Throws unless the strategy can be used; one without items always can. */
    static List<CapacityProviderStrategyItem> checked(List<CapacityProviderStrategyItem> items) {
        if (items.isEmpty()) {
            return List.of();
        }
        if (items.size() > MOST_ITEMS) {
            throw ApiErrors.invalid(
                    "A capacity provider strategy can have up to 20 capacity providers.");
        }
        Set<String> names = new HashSet<>();
        for (CapacityProviderStrategyItem item : items) {
            check(item);
            if (!names.add(item.capacityProvider())) {
                throw ApiErrors.invalid(
                        "A capacity provider strategy cannot contain a duplicate capacity"
                                + " provider: "
                                + item.capacityProvider());
            }
        }
        checkTogether(items);
        return items.stream().map(CapacityStrategyRules::complete).toList();
    }

    private static void check(CapacityProviderStrategyItem item) {
        if (item.capacityProvider() == null || item.capacityProvider().isBlank()) {
            throw ApiErrors.invalid("A capacity provider strategy must name capacity providers.");
        }
        if (item.base() != null && (item.base() < 0 || item.base() > MOST_BASE)) {
            throw ApiErrors.invalid("The base value must be between 0 and 100000.");
        }
        if (item.weight() != null && (item.weight() < 0 || item.weight() > MOST_WEIGHT)) {
            throw ApiErrors.invalid("The weight value must be between 0 and 1000.");
        }
    }

    private static void checkTogether(List<CapacityProviderStrategyItem> items) {
        if (items.stream().filter(item -> item.base() != null && item.base() > 0).count() > 1) {
            throw ApiErrors.invalid(
                    "A capacity provider strategy can contain only one capacity provider with a"
                            + " base value.");
        }
        if (items.stream().noneMatch(item -> item.weight() != null && item.weight() > 0)) {
            throw ApiErrors.invalid(
                    "A capacity provider strategy must contain at least one capacity provider with"
                            + " a weight greater than zero.");
        }
        long ofFargate =
                items.stream().filter(item -> Capacity.isFargate(item.capacityProvider())).count();
        if (ofFargate != 0 && ofFargate != items.size()) {
            throw ApiErrors.invalid(
                    "A capacity provider strategy cannot contain a mix of capacity providers using"
                            + " Auto Scaling groups and Fargate providers. Specify one or the other"
                            + " and try again.");
        }
    }

    /** With the values that ECS fills in. */
    private static CapacityProviderStrategyItem complete(CapacityProviderStrategyItem item) {
        return item.toBuilder()
                .base(item.base() == null ? 0 : item.base())
                .weight(item.weight() == null ? 0 : item.weight())
                .build();
    }
}
