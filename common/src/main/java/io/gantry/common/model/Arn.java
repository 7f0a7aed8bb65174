package io.gantry.common.model;

import org.jspecify.annotations.Nullable;

/**
 * An Amazon resource name: {@code arn:aws:<service>:<region>:<account>:<resource>}.
 *
 * @param region empty for global services
 * @param resource everything after the fifth colon, such as {@code cluster/demo}
 */
public record Arn(String service, String region, String account, String resource) {
    private static final String PREFIX = "arn:aws:";

    public static Arn ecs(String region, String account, String resource) {
        return new Arn("ecs", region, account, resource);
    }

    /** The name that {@code text} spells, or null if it is not one. */
    public static @Nullable Arn parse(String text) {
        if (!text.startsWith(PREFIX)) {
            return null;
        }
        String[] parts = text.substring(PREFIX.length()).split(":", 4);
        return parts.length == 4 ? new Arn(parts[0], parts[1], parts[2], parts[3]) : null;
    }

    /** The part of the resource before its first slash, for instance {@code cluster}. */
    public String resourceType() {
        int slash = resource.indexOf('/');
        return slash < 0 ? "" : resource.substring(0, slash);
    }

    /** The part of the resource after its first slash. */
    public String resourceName() {
        return resource.substring(resource.indexOf('/') + 1);
    }

    @Override
    public String toString() {
        return PREFIX + service + ':' + region + ':' + account + ':' + resource;
    }
}
