package io.gantry.control.core.capacity;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.RuntimePlatform;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * Platform versions of Fargate. All of them are the same here: they are known so that what names
 * one works, and shown as ECS shows them.
 */
public final class Platform {
    public static final String LATEST = "LATEST";
    private static final String NEWEST = "1.4.0";

    /** Those that ECS still takes. */
    private static final List<String> KNOWN = List.of(NEWEST, "1.3.0");

    private Platform() {}

    /** The operating system of a task as Fargate's tasks show it; null for tasks of others. */
    public static @Nullable String family(String launchType, @Nullable TaskDefinition definition) {
        if (!launchType.equals(Capacity.FARGATE)) {
            return null;
        }
        RuntimePlatform platform = definition == null ? null : definition.runtimePlatform();
        String system = platform == null ? null : platform.operatingSystemFamilyAsString();
        return system == null || system.equals("LINUX") ? "Linux" : system;
    }

    /** Whether a request may name it. */
    public static boolean isKnown(String version) {
        return version.equals(LATEST) || KNOWN.contains(version);
    }

    /** The version that a task gets; null for tasks that are not Fargate's. */
    public static @Nullable String of(String launchType, @Nullable String asked) {
        if (!launchType.equals(Capacity.FARGATE)) {
            return null;
        }
        return asked == null || asked.equals(LATEST) ? NEWEST : asked;
    }
}
