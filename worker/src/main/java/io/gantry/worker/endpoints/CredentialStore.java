package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsTask.RoleCredentials;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Credentials of task roles by their id. They are kept in memory only; after a restart an id is
 * known to be missing until the control plane pushes again.
 */
public final class CredentialStore {
    private final Map<String, Entry> byId = new ConcurrentHashMap<>();

    private record Entry(String taskArn, RoleCredentials credentials) {}

    public void put(String taskArn, RoleCredentials credentials) {
        byId.put(credentials.credentialsId(), new Entry(taskArn, credentials));
    }

    /** What was pushed last; null if nothing was in the life of this process. */
    public @Nullable RoleCredentials get(String credentialsId) {
        return get(credentialsId, _ -> true);
    }

    /** Forgets the credentials of tasks that are gone. */
    public void retain(Predicate<String> taskArns) {
        byId.values().removeIf(entry -> !taskArns.test(entry.taskArn));
    }

    /** Null if they are not known, or those of a task that is gone. */
    @Nullable RoleCredentials get(String credentialsId, Predicate<String> taskArns) {
        Entry entry = byId.get(credentialsId);
        return entry == null || !taskArns.test(entry.taskArn) ? null : entry.credentials;
    }
}
