package io.gantry.worker.runtime;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a container needs from elsewhere before it can be made. Both methods block, for minutes at
 * worst, and fail with a {@link NamedFailureException} if the task cannot run without the answer.
 */
public interface ContainerNeeds {

    /** For tests, and for workers that look nothing up. */
    ContainerNeeds NONE =
            new ContainerNeeds() {
                @Override
                public Map<String, String> fileEnvironment(AcsTask task, AcsContainer container) {
                    return Map.of();
                }

                @Override
                public @Nullable RegistryLogin login(AcsTask task, AcsContainer container) {
                    return null;
                }
            };

    /** The variables of the container's environment files. */
    Map<String, String> fileEnvironment(AcsTask task, AcsContainer container)
            throws IOException, InterruptedException;

    /** The login that the container's definition asks for; null if it asks for none. */
    @Nullable RegistryLogin login(AcsTask task, AcsContainer container)
            throws IOException, InterruptedException;

    /** The container with the variables of its files; those it has itself win. */
    default AcsContainer complete(AcsTask task, AcsContainer container)
            throws IOException, InterruptedException {
        if (container.environmentFiles().isEmpty()) {
            return container;
        }
        Map<String, String> all = new TreeMap<>(fileEnvironment(task, container));
        all.putAll(container.environment());
        return container.withEnvironment(all);
    }
}
