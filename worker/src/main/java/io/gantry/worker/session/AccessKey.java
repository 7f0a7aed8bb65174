package io.gantry.worker.session;

import org.jspecify.annotations.Nullable;

/**
 * A key of the control plane.
 *
 * @param sessionToken for temporary keys
 */
public record AccessKey(String id, String secret, @Nullable String sessionToken) {

    /** Without the secrets: records end up in logs. */
    @Override
    public String toString() {
        return "AccessKey[" + id + ']';
    }
}
