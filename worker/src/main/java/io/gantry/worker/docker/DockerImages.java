package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import io.gantry.worker.runtime.NamedFailureException;
import io.gantry.worker.runtime.RegistryLogin;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings images to this machine. An image that several containers want at the same time is pulled
 * once, and all of them get what came of it.
 */
final class DockerImages {
    private static final Logger log = LoggerFactory.getLogger(DockerImages.class);
    private static final double BACKOFF = 1.5;
    private static final double JITTER = 0.2;

    private final DockerClient client;
    private final PullBehavior behavior;
    private final ImageSettings settings;
    private final ImageMemory memory;
    private final Semaphore slots;
    private final Map<Flight, CompletableFuture<@Nullable String>> underWay =
            new ConcurrentHashMap<>();

    DockerImages(
            DockerClient client,
            PullBehavior behavior,
            ImageSettings settings,
            ImageMemory memory) {
        this.client = client;
        this.behavior = behavior;
        this.settings = settings;
        this.memory = memory;
        slots = new Semaphore(settings.parallel(), true);
    }

    /** Asks for the login once it is needed. */
    @FunctionalInterface
    interface LoginSource {
        @Nullable RegistryLogin login() throws IOException, InterruptedException;
    }

    /** Who sees what depends on who asks, so another user's pull does not count. */
    private record Flight(String image, @Nullable RegistryLogin login) {}

    /** Makes sure of the image; returns its digest in its registry, if it came from one. */
    @Nullable String provide(String image, LoginSource source)
            throws IOException, InterruptedException {
        ImageName name = ImageName.of(image);
        InspectImageResponse here = inspect(image);
        if (here != null && isGoodEnough(image)) {
            memory.used(id(here), System.currentTimeMillis());
            return name.digestAmong(here.getRepoDigests());
        }
        RegistryLogin asked = source.login();
        RegistryLogin login = asked == null ? settings.auth().of(name) : asked;
        try {
            return pullWithOthers(new Flight(image, login));
        } catch (NamedFailureException failure) {
            if (here == null || behavior == PullBehavior.ALWAYS) {
                throw failure;
            }
            log.atWarn()
                    .addKeyValue("image", image)
                    .addKeyValue("error", failure.getMessage())
                    .log("pull failed, using the image that is here");
            memory.used(id(here), System.currentTimeMillis());
            return name.digestAmong(here.getRepoDigests());
        }
    }

    private static String id(InspectImageResponse image) {
        return String.valueOf(image.getId());
    }

    private boolean isGoodEnough(String image) {
        return switch (behavior) {
            case DEFAULT, ALWAYS -> false;
            case ONCE -> memory.knows(image);
            case PREFER_CACHED -> true;
        };
    }

    /** Names of the images that are being pulled now. */
    List<String> underWay() {
        return underWay.keySet().stream().map(Flight::image).toList();
    }

    private @Nullable InspectImageResponse inspect(String image) {
        try {
            return client.inspectImageCmd(image).exec();
        } catch (NotFoundException notHere) {
            return null;
        }
    }

    private @Nullable String pullWithOthers(Flight flight) throws InterruptedException {
        CompletableFuture<@Nullable String> result =
                underWay.computeIfAbsent(
                        flight,
                        _ -> {
                            CompletableFuture<@Nullable String> begun = new CompletableFuture<>();
                            Thread.ofVirtual().name("pull").start(() -> land(flight, begun));
                            return begun;
                        });
        try {
            return result.get();
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            throw cause instanceof NamedFailureException named
                    ? named
                    : new NamedFailureException(
                            "CannotPullContainerError", String.valueOf(cause), failure);
        }
    }

    private void land(Flight flight, CompletableFuture<@Nullable String> result) {
        try {
            String digest = pullPatiently(flight);
            underWay.remove(flight);
            result.complete(digest);
        } catch (NamedFailureException failure) {
            underWay.remove(flight);
            result.completeExceptionally(failure);
        } catch (IOException | RuntimeException failure) {
            underWay.remove(flight);
            result.completeExceptionally(
                    new NamedFailureException(
                            "CannotPullContainerError", PullErrors.words(failure), failure));
        } catch (InterruptedException interrupted) {
            underWay.remove(flight);
            result.completeExceptionally(interrupted);
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable String pullPatiently(Flight flight) throws IOException, InterruptedException {
        slots.acquire();
        try {
            double pause = settings.firstPause().toMillis();
            for (int attempt = 1; ; attempt++) {
                try {
                    return pull(flight);
                } catch (IOException | RuntimeException failure) {
                    if (attempt >= settings.attempts() || !PullErrors.mayPass(failure)) {
                        throw failure;
                    }
                    log.atWarn()
                            .addKeyValue("image", flight.image())
                            .addKeyValue("attempt", attempt)
                            .addKeyValue("error", PullErrors.words(failure))
                            .log("pull failed, trying again");
                }
                double jitter = 1 + JITTER * ThreadLocalRandom.current().nextDouble();
                TimeUnit.MILLISECONDS.sleep((long) (pause * jitter));
                pause *= BACKOFF;
            }
        } finally {
            slots.release();
        }
    }

    private @Nullable String pull(Flight flight) throws IOException, InterruptedException {
        ImageName name = ImageName.of(flight.image());
        InspectImageResponse before = inspect(flight.image());
        log.atInfo().addKeyValue("image", flight.image()).log("pull begins");
        PullImageCmd command = client.pullImageCmd(name.from()).withTag(name.tagOrDigest());
        RegistryLogin login = flight.login();
        if (login != null) {
            String server = login.server();
            command.withAuthConfig(
                    new AuthConfig()
                            .withUsername(login.username())
                            .withPassword(login.password())
                            .withRegistryAddress(server == null ? name.registry() : server));
        }
        try (PullProgress progress = new PullProgress(flight.image())) {
            command.exec(progress);
            progress.await(settings.inactivity(), settings.limit());
            return remember(flight.image(), before, progress);
        }
    }

    private @Nullable String remember(
            String image, @Nullable InspectImageResponse before, PullProgress progress)
            throws IOException {
        InspectImageResponse now = inspect(image);
        if (now == null) {
            throw new IOException("the image was pulled, but the engine does not have it");
        }
        boolean isNew = before == null || !id(now).equals(id(before));
        memory.pulled(id(now), image, isNew, System.currentTimeMillis());
        Long size = now.getSize();
        log.atInfo()
                .addKeyValue("image", image)
                .addKeyValue("new", isNew)
                .addKeyValue("megabytes", PullProgress.megabytes(size == null ? 0 : size))
                .addKeyValue(
                        "downloaded_megabytes", PullProgress.megabytes(progress.downloadedBytes()))
                .addKeyValue("millis", progress.taken().toMillis())
                .log("pulled");
        String told = progress.digest();
        return told == null ? ImageName.of(image).digestAmong(now.getRepoDigests()) : told;
    }
}
