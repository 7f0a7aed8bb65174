package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.ContainerDependency;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.LocalContainer.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** In which order the containers of a task begin and end. */
final class Dependencies {

    /** Whether a container may be made now. */
    sealed interface Readiness {

        /** It may. */
        record Ready() implements Readiness {}

        /** Not yet. */
        record Blocked() implements Readiness {}

        /** It never will. */
        record Impossible(String why) implements Readiness {}
    }

    private static final Readiness READY = new Readiness.Ready();
    private static final Readiness BLOCKED = new Readiness.Blocked();

    private Dependencies() {}

    static Readiness readiness(LocalTask task, LocalContainer container, long nowMillis) {
        List<Readiness> all = new ArrayList<>();
        for (ContainerDependency dependency : container.spec().dependsOn()) {
            String name = dependency.containerName();
            all.add(condition(task.container(name), name, dependency.condition(), nowMillis));
        }
        for (String link : container.spec().links()) {
            String name = link.split(":", 2)[0];
            all.add(condition(task.container(name), name, "START", nowMillis));
        }
        for (AcsContainer.VolumeFrom source : container.spec().volumesFrom()) {
            all.add(exists(task, String.valueOf(source.sourceContainer())));
        }
        return worst(all);
    }

    private static Readiness worst(List<Readiness> all) {
        for (Readiness one : all) {
            if (one instanceof Readiness.Impossible) {
                return one;
            }
        }
        return all.contains(BLOCKED) ? BLOCKED : READY;
    }

    private static Readiness exists(LocalTask task, String name) {
        LocalContainer source = task.container(name);
        if (source == null || (source.is(Phase.STOPPED) && source.runtimeId() == null)) {
            return new Readiness.Impossible("volumes of " + name + " will never exist");
        }
        return source.runtimeId() == null ? BLOCKED : READY;
    }

    private static Readiness condition(
            @Nullable LocalContainer on, String name, String condition, long nowMillis) {
        if (on == null) {
            return new Readiness.Impossible("no container named " + name);
        }
        boolean stopped = on.is(Phase.STOPPED);
        if (stopped && !on.startedOnce()) {
            return new Readiness.Impossible(name + " did not start");
        }
        boolean holds =
                switch (condition) {
                    case "START" -> on.startedOnce();
                    case "COMPLETE" -> stopped;
                    case "SUCCESS" -> stopped && on.exit() != null && isZero(on.exit().code());
                    case "HEALTHY" -> on.is(Phase.RUNNING) && on.health() == Health.HEALTHY;
                    default -> false;
                };
        if (holds) {
            return READY;
        }
        if (stopped) {
            return new Readiness.Impossible(name + " ended without reaching " + condition);
        }
        Long deadline = startDeadline(on);
        if (deadline != null && nowMillis >= deadline) {
            return new Readiness.Impossible(
                    name + " did not reach " + condition + " within its start timeout");
        }
        return BLOCKED;
    }

    private static boolean isZero(@Nullable Integer exitCode) {
        return exitCode != null && exitCode == 0;
    }

    /** When the patience of those who wait for {@code on} ends; null for never. */
    private static @Nullable Long startDeadline(LocalContainer on) {
        Integer seconds = on.spec().startTimeout();
        RuntimeFacts facts = on.facts();
        if (seconds == null || seconds <= 0 || facts == null || !on.is(Phase.RUNNING)) {
            return null;
        }
        return facts.startedAtMillis() + Duration.ofSeconds(seconds).toMillis();
    }

    /** The earliest time at which waiting for a dependency of {@code container} may end. */
    static @Nullable Long deadline(LocalTask task, LocalContainer container) {
        Long earliest = null;
        for (ContainerDependency dependency : container.spec().dependsOn()) {
            LocalContainer on = task.container(dependency.containerName());
            Long deadline = on == null ? null : startDeadline(on);
            if (deadline != null && (earliest == null || deadline < earliest)) {
                earliest = deadline;
            }
        }
        return earliest;
    }

    /** Whether nobody who depends on {@code container} runs any more. */
    static boolean mayStop(LocalTask task, LocalContainer container) {
        for (LocalContainer other : task.containers()) {
            if (!other.is(Phase.STOPPED) && dependsOn(other.spec(), container.name())) {
                return false;
            }
        }
        return true;
    }

    private static boolean dependsOn(AcsContainer container, String name) {
        return container.dependsOn().stream().anyMatch(on -> on.containerName().equals(name))
                || container.links().stream().anyMatch(link -> link.split(":", 2)[0].equals(name))
                || container.volumesFrom().stream()
                        .anyMatch(source -> name.equals(source.sourceContainer()));
    }
}
