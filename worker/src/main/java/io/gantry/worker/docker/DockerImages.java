package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.NameParser;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings images to this machine. */
final class DockerImages {
    private static final Logger log = LoggerFactory.getLogger(DockerImages.class);
    private static final long PULL_LIMIT_MINUTES = 120;

    private final DockerClient client;
    private final PullBehavior behavior;
    private final Set<String> pulled = ConcurrentHashMap.newKeySet();

    DockerImages(DockerClient client, PullBehavior behavior) {
        this.client = client;
        this.behavior = behavior;
    }

    /** Makes sure of the image; returns its digest in the registry, if it came from one. */
    @Nullable String provide(String image) throws IOException, InterruptedException {
        InspectImageResponse here = inspect(image);
        boolean useCached =
                here != null
                        && switch (behavior) {
                            case DEFAULT, ALWAYS -> false;
                            case ONCE -> pulled.contains(image);
                            case PREFER_CACHED -> true;
                        };
        if (here != null && useCached) {
            return digest(here);
        }
        try {
            pull(image);
            pulled.add(image);
        } catch (IOException | RuntimeException failure) {
            if (here == null || behavior == PullBehavior.ALWAYS) {
                throw failure;
            }
            log.atWarn()
                    .addKeyValue("image", image)
                    .addKeyValue("error", failure.getMessage())
                    .log("pull failed, using the image that is here");
            return digest(here);
        }
        InspectImageResponse fresh = inspect(image);
        return fresh == null ? null : digest(fresh);
    }

    private @Nullable InspectImageResponse inspect(String image) {
        try {
            return client.inspectImageCmd(image).exec();
        } catch (NotFoundException notHere) {
            return null;
        }
    }

    private void pull(String image) throws IOException, InterruptedException {
        int at = image.indexOf('@');
        NameParser.ReposTag name =
                at > 0
                        ? new NameParser.ReposTag(image.substring(0, at), image.substring(at + 1))
                        : NameParser.parseRepositoryTag(image);
        String tag = name.tag == null || name.tag.isEmpty() ? "latest" : name.tag;
        try (PullImageResultCallback progress = new PullImageResultCallback()) {
            client.pullImageCmd(name.repos).withTag(tag).exec(progress);
            if (!progress.awaitCompletion(PULL_LIMIT_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("pull took too long: " + image);
            }
        }
    }

    private static @Nullable String digest(InspectImageResponse image) {
        List<String> digests = image.getRepoDigests();
        if (digests == null || digests.isEmpty()) {
            return null;
        }
        String first = digests.getFirst();
        return first.substring(first.indexOf('@') + 1);
    }
}
