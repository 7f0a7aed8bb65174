package io.gantry.control.core.capacity;

import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import org.jspecify.annotations.Nullable;

/**
 * The capacity that a task asks for, which is a pool of workers.
 *
 * <p>A worker may say which provider it belongs to, and whether it is on-demand or spot capacity.
 * One that says neither serves every launch type, FARGATE_SPOT included, so that a small
 * installation needs no settings.
 *
 * @param launchType EC2, FARGATE or EXTERNAL
 * @param provider null without capacity provider strategy
 * @param zone only workers of this availability zone; null for any
 */
public record Capacity(String launchType, @Nullable String provider, @Nullable String zone) {
    public static final String EC2 = "EC2";
    public static final String FARGATE = "FARGATE";
    public static final String FARGATE_SPOT = "FARGATE_SPOT";
    public static final String EXTERNAL = "EXTERNAL";

    /** The attribute by which a worker says whose it is. */
    public static final String PROVIDER_ATTRIBUTE = "gantry.capacity-provider";

    /** The attribute by which a worker says what it is: {@code on-demand} or {@code spot}. */
    public static final String TYPE_ATTRIBUTE = "gantry.capacity-type";

    /** The attribute of a worker's zone. */
    public static final String ZONE_ATTRIBUTE = "ecs.availability-zone";

    private static final String SPOT = "spot";

    /** Machines of a launch type, wherever they are. */
    public static Capacity of(String launchType, @Nullable String provider) {
        return new Capacity(launchType, provider, null);
    }

    /** What a task was given. */
    public static Capacity of(Task task) {
        return of(task.launchType(), task.provision().provider());
    }

    /** The same in one zone only. */
    public Capacity in(String onlyZone) {
        return new Capacity(launchType, provider, onlyZone);
    }

    /** Whether a provider is one of Fargate's, which are always there. */
    public static boolean isFargate(String provider) {
        return provider.equals(FARGATE) || provider.equals(FARGATE_SPOT);
    }

    /** The launch type of tasks that a provider gives capacity to. */
    public static String launchTypeOf(String provider) {
        return isFargate(provider) ? FARGATE : EC2;
    }

    /** The provider that a worker says it belongs to; null if it says none. */
    public static @Nullable String providerOf(Worker worker) {
        String name = worker.attributes().get(PROVIDER_ATTRIBUTE);
        return name == null || name.isEmpty() ? null : name;
    }

    /** Whether a worker belongs to this capacity, whatever its status is. */
    public boolean has(Worker worker) {
        if (zone != null && !zone.equals(worker.attributes().get(ZONE_ATTRIBUTE))) {
            return false;
        }
        String declared = providerOf(worker);
        if (provider != null && !isFargate(provider)) {
            return provider.equals(declared);
        }
        return switch (launchType) {
            case FARGATE -> servesFargate(worker, declared);
            case EXTERNAL -> declared == null;
            default -> declared == null || !isFargate(declared);
        };
    }

    /** Without strategy, tasks of Fargate are on-demand ones. */
    private boolean servesFargate(Worker worker, @Nullable String declared) {
        boolean wantsSpot = FARGATE_SPOT.equals(provider);
        if (declared != null && isFargate(declared)) {
            return declared.equals(FARGATE_SPOT) == wantsSpot;
        }
        String type = worker.attributes().get(TYPE_ATTRIBUTE);
        return declared == null
                && (type == null || type.isEmpty() || type.equals(SPOT) == wantsSpot);
    }
}
