package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.common.check.Check;
import io.gantry.worker.runtime.NamedFailureException;
import io.gantry.worker.runtime.RegistryLogin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real pulls of the engine of this machine from a registry of our own. */
@Tag("docker")
final class DockerImagesTest {
    private static final DockerImages.LoginSource NO_LOGIN = () -> null;

    @TempDir Path directory;
    private final DockerClient client = DockerConnection.open();
    private final String content = UUID.randomUUID().toString();
    private final List<String> images = new ArrayList<>();
    private @Nullable TestRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = new TestRegistry();
    }

    @AfterEach
    void removeEverything() throws IOException {
        images.forEach(this::remove);
        client.close();
        registry().close();
    }

    private void remove(String image) {
        try {
            client.removeImageCmd(image).withForce(true).exec();
        } catch (NotFoundException neverThere) {
            assertThat(neverThere).hasMessageContaining("No such image");
        }
    }

    private TestRegistry registry() {
        return Check.present(registry, "registry");
    }

    /** The full reference of an image in our registry, removed after the test. */
    private String image(String repositoryAndTag) {
        String image = registry().host() + '/' + repositoryAndTag;
        images.add(image);
        return image;
    }

    private ImageSettings settings(int attempts, Duration inactivity) {
        return new ImageSettings(
                directory.resolve("images.json"),
                EngineAuth.NONE,
                inactivity,
                Duration.ofMinutes(2),
                4,
                attempts,
                Duration.ofMillis(50),
                new ImageSettings.Cleanup(Duration.ofMinutes(1), Duration.ZERO, 5, List.of()));
    }

    private DockerImages images(PullBehavior behavior) {
        return images(behavior, settings(1, Duration.ofMinutes(1)));
    }

    private static DockerImages images(
            DockerClient client, PullBehavior behavior, ImageSettings settings) {
        return new DockerImages(client, behavior, settings, new ImageMemory(settings.memory()));
    }

    private DockerImages images(PullBehavior behavior, ImageSettings settings) {
        return images(client, behavior, settings);
    }

    private boolean isHere(String image) {
        try {
            client.inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException missing) {
            return false;
        }
    }

    @Test
    void theDigestIsThatOfTheRegistry() throws Exception {
        String digest = registry().put("a/b", "1", content);
        String other = registry().put("other", "1", content);
        assertThat(other).as("the same manifest in another repository").isEqualTo(digest);

        assertThat(images(PullBehavior.DEFAULT).provide(image("a/b:1"), NO_LOGIN))
                .isEqualTo(digest);
        String byDigest = image("other@" + digest);
        assertThat(images(PullBehavior.DEFAULT).provide(byDigest, NO_LOGIN)).isEqualTo(digest);
        long before = registry().requests.size();
        assertThat(images(PullBehavior.PREFER_CACHED).provide(byDigest, NO_LOGIN))
                .isEqualTo(digest);
        assertThat(registry().requests).as("found here by its digest").hasSize((int) before);
    }

    @Test
    void byDefaultANewImageIsFetchedAndAFailureLeavesTheOldOne() throws Exception {
        String first = registry().put("app", "1", content);
        String image = image("app:1");
        DockerImages pulls = images(PullBehavior.DEFAULT);
        assertThat(pulls.provide(image, NO_LOGIN)).isEqualTo(first);
        // Without a tag from now on.
        images.add(registry().host() + "/app@" + first);
        String second = registry().put("app", "1", content + "new");
        assertThat(pulls.provide(image, NO_LOGIN)).isEqualTo(second);
        registry().fail(100, 500);
        assertThat(pulls.provide(image, NO_LOGIN)).isEqualTo(second);

        assertThatThrownBy(() -> images(PullBehavior.ALWAYS).provide(image, NO_LOGIN))
                .isInstanceOf(NamedFailureException.class)
                .hasMessageStartingWith("CannotPullContainerError: ");
    }

    @Test
    void onceMeansOnceInAllLivesOfAWorker() throws Exception {
        registry().put("app", "1", content);
        String image = image("app:1");
        images(PullBehavior.ONCE).provide(image, NO_LOGIN);
        long asked = registry().manifestsAsked();
        images(PullBehavior.ONCE).provide(image, NO_LOGIN);
        assertThat(registry().manifestsAsked()).isEqualTo(asked);

        // What is here, but was not pulled by this worker, is pulled.
        ImageSettings stranger =
                new ImageSettings(
                        directory.resolve("others.json"),
                        EngineAuth.NONE,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        1,
                        1,
                        Duration.ofMillis(1),
                        ImageSettings.Cleanup.usual());
        images(PullBehavior.ONCE, stranger).provide(image, NO_LOGIN);
        assertThat(registry().manifestsAsked()).isGreaterThan(asked);
    }

    @Test
    void temporaryTroubleIsWaitedOut() throws Exception {
        String digest = registry().put("app", "1", content);
        registry().fail(2, 503);

        assertThat(
                        images(PullBehavior.DEFAULT, settings(5, Duration.ofMinutes(1)))
                                .provide(image("app:1"), NO_LOGIN))
                .isEqualTo(digest);
    }

    @Test
    void aMissingImageIsNotAskedForAgainAndTheEngineIsQuoted() {
        String image = image("no/such:1");

        assertThatThrownBy(
                        () ->
                                images(PullBehavior.DEFAULT, settings(5, Duration.ofMinutes(1)))
                                        .provide(image, NO_LOGIN))
                .hasMessageStartingWith(
                        "CannotPullContainerError: Error response from daemon: manifest ")
                .hasMessageNotContainingAny("Status 404", "{");
        assertThat(registry().manifestsAsked()).isLessThanOrEqualTo(2);
    }

    @Test
    void aStalledPullIsGivenUp() throws Exception {
        registry().put("app", "1", content);
        registry().stall();

        assertThatThrownBy(
                        () ->
                                images(PullBehavior.DEFAULT, settings(1, Duration.ofSeconds(1)))
                                        .provide(image("app:1"), NO_LOGIN))
                .hasMessage(
                        "CannotPullContainerError: inactivity time exceeded timeout while pulling"
                                + " image");
    }

    @Test
    void loginsAreUsedAndTheirLackIsTold() throws Exception {
        String digest = registry().put("secret", "1", content);
        registry().require("joe", "hush");
        String image = image("secret:1");
        DockerImages pulls = images(PullBehavior.DEFAULT);

        assertThatThrownBy(() -> pulls.provide(image, NO_LOGIN))
                .hasMessageStartingWith("CannotPullContainerError: Error response from daemon: ")
                .hasMessageContaining("no basic auth credentials");
        assertThatThrownBy(
                        () -> pulls.provide(image, () -> new RegistryLogin("joe", "wrong", null)))
                .hasMessageContaining("unauthorized");
        assertThat(pulls.provide(image, () -> new RegistryLogin("joe", "hush", null)))
                .isEqualTo(digest);
    }

    @Test
    void theOperatorsLoginsCountWhereTheTaskBringsNone() throws Exception {
        String digest = registry().put("secret", "1", content);
        registry().require("joe", "hush");
        EngineAuth auth =
                EngineAuth.of(
                        EngineAuth.Type.DOCKER,
                        "{\"http://%s\":{\"username\":\"joe\",\"password\":\"hush\"}}"
                                .formatted(registry().host()));
        ImageSettings usual = settings(1, Duration.ofMinutes(1));
        ImageSettings settings =
                new ImageSettings(
                        null,
                        auth,
                        usual.inactivity(),
                        usual.limit(),
                        1,
                        1,
                        usual.firstPause(),
                        usual.cleanup());

        assertThat(images(PullBehavior.DEFAULT, settings).provide(image("secret:1"), NO_LOGIN))
                .isEqualTo(digest);
    }

    @Test
    void whoeverWantsAnImageAtTheSameTimeSharesOnePull() throws Exception {
        String digest = registry().put("app", "1", content);
        String image = image("app:1");
        DockerImages pulls = images(PullBehavior.ALWAYS);
        List<CompletableFuture<String>> results = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                results.add(
                        CompletableFuture.supplyAsync(
                                () -> {
                                    try {
                                        return String.valueOf(pulls.provide(image, NO_LOGIN));
                                    } catch (IOException | InterruptedException failure) {
                                        throw new AssertionError(failure);
                                    }
                                },
                                threads));
            }
            for (CompletableFuture<String> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo(digest);
            }
        }
        assertThat(registry().blobsAsked()).as("config and layer, once each").isEqualTo(2);
        assertThat(pulls.underWay()).isEmpty();
    }

    @Test
    void unusedImagesOfOursAreRemovedAndNoOthers() throws Exception {
        registry().put("used", "1", content);
        registry().put("wanted", "1", content + "w");
        registry().put("unused", "1", content + "u");
        registry().put("operator", "1", content + "o");
        ImageMemory memory = new ImageMemory(directory.resolve("images.json"));
        ImageSettings settings = settings(1, Duration.ofMinutes(1));
        String operators = image("operator:1");
        images(
                        PullBehavior.DEFAULT,
                        new ImageSettings(
                                null,
                                EngineAuth.NONE,
                                settings.inactivity(),
                                settings.limit(),
                                1,
                                1,
                                settings.firstPause(),
                                settings.cleanup()))
                .provide(operators, NO_LOGIN);
        DockerImages pulls = new DockerImages(client, PullBehavior.DEFAULT, settings, memory);
        for (String one : List.of("used:1", "wanted:1", "unused:1", "operator:1")) {
            pulls.provide(image(one), NO_LOGIN);
        }
        String host = registry().host();
        CreateContainerResponse container =
                client.createContainerCmd(host + "/used:1").withCmd("/content").exec();
        try {
            ImageMemory later = new ImageMemory(directory.resolve("images.json"));
            new ImageCleaner(client, settings.cleanup(), later)
                    .clean(() -> List.of(host + "/wanted:1"), System.currentTimeMillis() + 1);
            assertThat(isHere(host + "/unused:1")).isFalse();
            assertThat(isHere(host + "/used:1")).isTrue();
            assertThat(isHere(host + "/wanted:1")).isTrue();
            assertThat(isHere(operators)).as("was here before we pulled it").isTrue();
        } finally {
            client.removeContainerCmd(container.getId()).withForce(true).exec();
        }
    }

    @Test
    void anImageThatANewerOneReplacedIsRemovedToo() throws Exception {
        registry().put("app", "1", content);
        ImageMemory memory = new ImageMemory(null);
        ImageSettings settings = settings(1, Duration.ofMinutes(1));
        DockerImages pulls = new DockerImages(client, PullBehavior.DEFAULT, settings, memory);
        String image = image("app:1");
        pulls.provide(image, NO_LOGIN);
        String old = Check.present(client.inspectImageCmd(image).exec().getId(), "id");
        registry().put("app", "1", content + "new");
        pulls.provide(image, NO_LOGIN);

        new ImageCleaner(client, settings.cleanup(), memory)
                .clean(() -> List.of(image), System.currentTimeMillis() + 1);
        assertThat(isHere(old)).isFalse();
        assertThat(isHere(image)).isTrue();
    }
}
