package io.gantry.worker.lookup;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.worker.runtime.ContainerNeeds;
import io.gantry.worker.runtime.RegistryLogin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks up what containers need, with the credentials of their task's execution role. */
public final class Lookups implements ContainerNeeds {
    // After a restart of the worker the control plane pushes the keys of roles anew.
    private static final Duration CREDENTIALS_LIMIT = Duration.ofSeconds(30);

    private final EnvironmentFiles files;
    private final RegistryLogins logins;

    /**
     * Looks things up where {@code settings} say.
     *
     * @param pushed the latest credentials of an id that the control plane has pushed, or null
     */
    public Lookups(LookupSettings settings, Function<String, @Nullable RoleCredentials> pushed) {
        this(settings, new ExecutionRole(pushed, CREDENTIALS_LIMIT), new AwsClient());
    }

    Lookups(LookupSettings settings, ExecutionRole role, AwsClient client) {
        files = new EnvironmentFiles(settings, role, client);
        logins = new RegistryLogins(settings, role, client);
    }

    /** Names of the agent capabilities that hold because of these lookups. */
    public static List<String> capabilities() {
        return List.of("ecs.capability.env-files.s3", "gantry.capability.env-files.local");
    }

    @Override
    public Map<String, String> fileEnvironment(AcsTask task, AcsContainer container)
            throws InterruptedException {
        return files.read(task, container);
    }

    @Override
    public @Nullable RegistryLogin login(AcsTask task, AcsContainer container)
            throws InterruptedException {
        return logins.of(task, container);
    }
}
