package io.gantry.control.core.reconcile;

import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.state.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;

/**
 * Which tasks of a proposal a service may start: no more than the maximum alive, no more of the
 * primary deployment than desired, no more at a time than it may, and of each provider of a
 * strategy no more than its share.
 */
public final class StartBudget {
    private final @Nullable Map<String, Integer> shares;
    private int moves;
    private final List<String> fallback;
    private int missing;
    private int room;
    private int startable;

    /**
     * Counts from a census.
     *
     * @param alive tasks that go on when those have been stopped that are to be stopped
     * @param moves how many tasks may be started so that others can go, apart from balancing zones
     * @param fallback providers that may take what has no room with its own; which of them had none
     *     is not looked into again
     */
    public StartBudget(Census census, int alive, int moves, List<String> fallback) {
        this.fallback = List.copyOf(fallback);
        Service service = census.service();
        // A deployment that has failed wants no more tasks.
        this.missing = service.primary().stalled() ? 0 : census.missing();
        this.room = service.maximum() - alive;
        this.startable = census.startable();
        this.moves = ZoneBalance.mayStart(census) ? Integer.MAX_VALUE : moves;
        List<CapacityProviderStrategyItem> strategy = service.spec().capacityProviderStrategy();
        this.shares =
                strategy.isEmpty()
                        ? null
                        : new HashMap<>(Split.of(strategy, census.sound()).next(missing));
    }

    /** Whether the task may be started now. */
    public boolean allows(Start start) {
        if (start.provided().balancing()) {
            return moves > 0 && room > 0;
        }
        return missing > 0 && room > 0 && startable > 0 && hasShare(start.provided().provider());
    }

    private boolean hasShare(@Nullable String provider) {
        return shares == null
                ? provider == null
                : provider != null
                        && (shares.getOrDefault(provider, 0) > 0 || fallback.contains(provider));
    }

    /** How many more tasks may be started for which there is a place. */
    public int left() {
        return Math.max(0, Math.min(startable, Math.min(missing, room)));
    }

    /** The task has been started. */
    public void started(Start start) {
        missing--;
        room--;
        startable--;
        moves -= start.provided().balancing() ? 1 : 0;
        String provider = start.provided().provider();
        if (shares != null && provider != null) {
            shares.merge(provider, -1, Integer::sum);
        }
    }
}
