package io.gantry.control.core.schedule;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.ResourceRequirement;
import software.amazon.awssdk.services.ecs.model.ResourceType;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/**
 * GPUs of tasks: how many its containers need, and which ones they get. A GPU belongs to one
 * container.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html">GPUs</a>
 */
public final class Gpus {
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,3}");

    private Gpus() {}

    /** Whether a text says how many GPUs are needed: 1 to 9,999. */
    public static boolean isCount(@Nullable String value) {
        return value != null && COUNT.matcher(value).matches();
    }

    /** What the containers of a task need together. */
    public static int needed(TaskDefinition definition, @Nullable TaskOverride overrides) {
        return needs(definition, overrides).values().stream().mapToInt(Integer::intValue).sum();
    }

    /** What each container needs, in the order of the definition; those without GPUs are absent. */
    private static Map<String, Integer> needs(
            TaskDefinition definition, @Nullable TaskOverride overrides) {
        var needs = new LinkedHashMap<String, Integer>();
        for (ContainerDefinition container : definition.containerDefinitions()) {
            int count = count(requirements(container, overrides));
            if (count > 0) {
                needs.put(container.name(), count);
            }
        }
        return needs;
    }

    private static List<ResourceRequirement> requirements(
            ContainerDefinition container, @Nullable TaskOverride overrides) {
        Stream<ContainerOverride> changes =
                overrides == null ? Stream.of() : overrides.containerOverrides().stream();
        return changes.filter(each -> container.name().equals(each.name()))
                .map(ContainerOverride::resourceRequirements)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse(container.resourceRequirements());
    }

    private static int count(List<ResourceRequirement> requirements) {
        return requirements.stream()
                .filter(each -> each.type() == ResourceType.GPU && isCount(each.value()))
                .mapToInt(each -> Integer.parseInt(each.value()))
                .sum();
    }

    /**
     * Gives the first of the free GPUs to the containers of a task, in the order of its definition.
     * Null if they do not suffice.
     */
    public static @Nullable Map<String, List<String>> assigned(
            TaskDefinition definition, @Nullable TaskOverride overrides, List<String> free) {
        if (needed(definition, overrides) > free.size()) {
            return null;
        }
        var left = new ArrayDeque<>(free);
        var assigned = new LinkedHashMap<String, List<String>>();
        needs(definition, overrides)
                .forEach(
                        (container, count) ->
                                assigned.put(
                                        container,
                                        Stream.generate(left::removeFirst).limit(count).toList()));
        return assigned;
    }
}
