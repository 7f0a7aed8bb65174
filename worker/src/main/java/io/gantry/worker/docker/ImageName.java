package io.gantry.worker.docker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reference to an image, taken apart.
 *
 * @param registry host and port; {@code docker.io} if none is named
 * @param repository without the registry
 * @param tag {@code latest} if nothing is said
 * @param digest such as {@code sha256:…}; wins over the tag
 */
record ImageName(String registry, String repository, String tag, @Nullable String digest) {
    static final String DOCKER_HUB = "docker.io";

    static ImageName of(String reference) {
        int at = reference.indexOf('@');
        String digest = at < 0 ? null : reference.substring(at + 1);
        String name = at < 0 ? reference : reference.substring(0, at);
        int colon = name.lastIndexOf(':');
        String tag = "latest";
        if (colon > name.lastIndexOf('/')) {
            tag = name.substring(colon + 1);
            name = name.substring(0, colon);
        }
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        String registry = named ? hub(first) : DOCKER_HUB;
        String repository = named ? name.substring(slash + 1) : name;
        if (registry.equals(DOCKER_HUB) && !repository.contains("/")) {
            repository = "library/" + repository;
        }
        return new ImageName(registry, repository, tag, digest);
    }

    private static String hub(String host) {
        return List.of("index.docker.io", "registry-1.docker.io").contains(host)
                ? DOCKER_HUB
                : host;
    }

    /** What the engine is asked to pull, next to {@link #tagOrDigest}. */
    String from() {
        return registry + '/' + repository;
    }

    String tagOrDigest() {
        return digest == null ? tag : digest;
    }

    /** The digest that an image has in this repository; null if it came from elsewhere. */
    @Nullable String digestAmong(@Nullable List<String> repositoryDigests) {
        if (digest != null) {
            return digest;
        }
        if (repositoryDigests == null) {
            return null;
        }
        for (String one : repositoryDigests) {
            ImageName other = of(one);
            if (other.registry.equals(registry) && other.repository.equals(repository)) {
                return other.digest;
            }
        }
        return null;
    }
}
