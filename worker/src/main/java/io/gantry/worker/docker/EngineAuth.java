package io.gantry.worker.docker;

import io.gantry.common.acs.AcsJson;
import io.gantry.worker.runtime.RegistryLogin;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Logins to registries that the operator has set, in the two forms that Amazon's agent knows.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth-container-instances.html">private
 *     registry authentication</a>
 */
public final class EngineAuth {
    /** No logins. */
    public static final EngineAuth NONE = new EngineAuth(Map.of());

    private static final String DOCKER_HUB_KEY = "index.docker.io/v1/";

    private final Map<String, RegistryLogin> byRegistry;

    private EngineAuth(Map<String, RegistryLogin> byRegistry) {
        this.byRegistry = Map.copyOf(byRegistry);
    }

    /** How the data are written. */
    public enum Type {
        /** As in the file of that name: registry to {@code auth}, user:password in Base64. */
        DOCKERCFG,
        /** Registry to {@code username} and {@code password}. */
        DOCKER
    }

    /**
     * Reads logins.
     *
     * @throws IllegalArgumentException without showing any of the data
     */
    public static EngineAuth of(Type type, String data) {
        JsonNode root;
        try {
            root = AcsJson.mapper().readTree(data);
        } catch (JacksonException notJson) {
            throw new IllegalArgumentException("is not JSON");
        }
        Map<String, RegistryLogin> logins = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            RegistryLogin login =
                    switch (type) {
                        case DOCKERCFG -> decoded(entry.getValue().path("auth").asString(""));
                        case DOCKER ->
                                login(
                                        entry.getValue().path("username").asString(""),
                                        entry.getValue().path("password").asString(""));
                    };
            if (login == null) {
                throw new IllegalArgumentException(
                        "has no proper login for the registry " + entry.getKey());
            }
            logins.put(entry.getKey().replaceFirst("^https?://", ""), login);
        }
        return new EngineAuth(logins);
    }

    private static @Nullable RegistryLogin decoded(String auth) {
        try {
            byte[] bytes = Base64.getDecoder().decode(auth);
            String[] parts = new String(bytes, StandardCharsets.UTF_8).split(":", 2);
            return parts.length == 2 ? login(parts[0], parts[1]) : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    private static @Nullable RegistryLogin login(String username, String password) {
        return username.isEmpty() ? null : new RegistryLogin(username, password, null);
    }

    /** The login whose key matches most of the image's name; null if none does. */
    @Nullable RegistryLogin of(ImageName image) {
        if (image.registry().equals(ImageName.DOCKER_HUB)) {
            RegistryLogin hub = byRegistry.get(DOCKER_HUB_KEY);
            return hub == null ? byRegistry.get(ImageName.DOCKER_HUB) : hub;
        }
        String longest = null;
        for (String key : byRegistry.keySet()) {
            boolean host = key.replaceFirst("/.*", "").equals(image.registry());
            boolean path = key.indexOf('/') < 0 || (image.from() + '/').startsWith(slashed(key));
            if (host && path && (longest == null || key.length() > longest.length())) {
                longest = key;
            }
        }
        return longest == null ? null : byRegistry.get(longest);
    }

    private static String slashed(String key) {
        return key.endsWith("/") ? key : key + '/';
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return "EngineAuth" + byRegistry.keySet();
    }
}
