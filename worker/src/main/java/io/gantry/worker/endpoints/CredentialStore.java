package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsTask.RoleCredentials;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Credentials of task roles by their id. They are kept in memory only; after a restart an id is
 * known to be missing until the control plane pushes again.
 */
public final class CredentialStore {
    private final Map<String, RoleCredentials> byId = new ConcurrentHashMap<>();

    public void put(RoleCredentials credentials) {
        byId.put(credentials.credentialsId(), credentials);
    }

    /** What was pushed last; null if nothing was in the life of this process. */
    public @Nullable RoleCredentials get(String credentialsId) {
        return byId.get(credentialsId);
    }
}
