package io.gantry.worker.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Who we are to a registry of images.
 *
 * @param server the registry it is for; null for that of the image
 */
public record RegistryLogin(String username, String password, @Nullable String server) {

    /** Without the password: records end up in logs. */
    @Override
    public String toString() {
        return "RegistryLogin[" + username + ']';
    }
}
