package io.gantry.control.api;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerCondition;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerDependency;
import software.amazon.awssdk.services.ecs.model.VolumeFrom;

/** What containers of one task may have to do with each other. */
final class DependencyRules {
    private final Map<String, ContainerDefinition> containers = new HashMap<>();
    private final Set<String> sound = new HashSet<>();

    private DependencyRules(List<ContainerDefinition> all) {
        all.forEach(each -> containers.put(each.name(), each));
    }

    static void check(List<ContainerDefinition> containers, @Nullable String networkMode) {
        var rules = new DependencyRules(containers);
        for (ContainerDefinition container : containers) {
            rules.links(container, networkMode);
            container.volumesFrom().forEach(source -> rules.volumesFrom(container, source));
            container.dependsOn().forEach(dependency -> rules.dependency(container, dependency));
        }
        containers.forEach(each -> rules.refuseCycle(each.name(), new HashSet<>()));
    }

    private void links(ContainerDefinition container, @Nullable String networkMode) {
        if (container.links().isEmpty()) {
            return;
        }
        if (networkMode != null && !networkMode.equals("bridge")) {
            throw ApiErrors.client("Links are not supported when networkMode=" + networkMode + ".");
        }
        for (String link : container.links()) {
            int colon = link.indexOf(':');
            other(container, "link", colon < 0 ? link : link.substring(0, colon));
        }
    }

    private void volumesFrom(ContainerDefinition container, VolumeFrom source) {
        other(container, "volumesFrom", source.sourceContainer());
    }

    private ContainerDefinition other(
            ContainerDefinition container, String member, @Nullable String name) {
        ContainerDefinition found = name == null ? null : containers.get(name);
        if (found == null || container.name().equals(name)) {
            throw ApiErrors.client(
                    "Invalid '"
                            + member
                            + "' of container '"
                            + container.name()
                            + "': there is no other container '"
                            + name
                            + "'.");
        }
        return found;
    }

    private void dependency(ContainerDefinition container, ContainerDependency dependency) {
        ContainerDefinition target = other(container, "dependsOn", dependency.containerName());
        ContainerCondition condition = dependency.condition();
        boolean mustEnd =
                condition == ContainerCondition.COMPLETE || condition == ContainerCondition.SUCCESS;
        if (mustEnd && target.essential()) {
            throw ApiErrors.client(
                    "A dependency container with SUCCESS or COMPLETE condition cannot be an"
                            + " essential container");
        }
        if (condition == ContainerCondition.HEALTHY && target.healthCheck() == null) {
            throw ApiErrors.client(
                    "A dependency container with HEALTHY condition must have a health check:"
                            + " container '"
                            + target.name()
                            + "' has none.");
        }
    }

    /** Links and shared volumes order the start of containers as dependencies do. */
    private void refuseCycle(String name, Set<String> path) {
        if (sound.contains(name)) {
            return;
        }
        if (!path.add(name)) {
            throw ApiErrors.client("There is a dependency cycle of container '" + name + "'.");
        }
        ContainerDefinition container = containers.get(name);
        if (container != null) {
            container.dependsOn().forEach(each -> refuseCycle(each.containerName(), path));
            container.volumesFrom().forEach(each -> refuseCycle(each.sourceContainer(), path));
            for (String link : container.links()) {
                int colon = link.indexOf(':');
                refuseCycle(colon < 0 ? link : link.substring(0, colon), path);
            }
        }
        path.remove(name);
        sound.add(name);
    }
}
