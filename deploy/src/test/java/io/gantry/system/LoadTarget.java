package io.gantry.system;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a load runs against, and how much it may do there.
 *
 * @param name what all that it makes begins with, and nothing else there does or ever did
 * @param endpoints of the nodes, at least one; all of them have to answer in the end
 * @param tasks null if no tasks are to be run
 */
record LoadTarget(
        String name,
        List<URI> endpoints,
        String accessKey,
        String secret,
        @Nullable TaskPlace tasks) {

    /**
     * Where tasks can run.
     *
     * @param cluster with at least one worker
     * @param image that needs no pull, {@code host} on workers without an engine
     * @param command of a container that does nothing until it is stopped
     */
    record TaskPlace(String cluster, String image, List<String> command) {
        TaskPlace {
            command = List.copyOf(command);
        }

        /** On workers that run processes. */
        static TaskPlace processes(String cluster) {
            return new TaskPlace(cluster, "host", List.of("sleep", "1000000"));
        }
    }

    LoadTarget {
        endpoints = List.copyOf(endpoints);
    }

    /** A cluster of the load's own, which has no workers. */
    String cluster() {
        return name;
    }

    /** Of standalone tasks, and of nothing else. */
    String taskFamily() {
        return name + "-task";
    }

    /** Of the tasks of services. */
    String serviceFamily() {
        return name + "-service";
    }

    /** Secrets do not belong into logs. */
    @Override
    public String toString() {
        return name + " at " + endpoints;
    }
}
