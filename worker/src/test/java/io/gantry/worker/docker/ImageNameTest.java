package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.worker.runtime.NamedFailureException;
import io.gantry.worker.runtime.RegistryLogin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of images, what is remembered of them, and who logs in for them. */
final class ImageNameTest {

    @ParameterizedTest
    @CsvSource({
        "nginx,                       docker.io,        library/nginx, latest, ",
        "nginx:1.25,                  docker.io,        library/nginx, 1.25,   ",
        "joe/app,                     docker.io,        joe/app,       latest, ",
        "docker.io/joe/app:2,         docker.io,        joe/app,       2,      ",
        "index.docker.io/library/a,   docker.io,        library/a,     latest, ",
        "localhost/app,               localhost,        app,           latest, ",
        "127.0.0.1:5000/a/b:3,        127.0.0.1:5000,   a/b,           3,      ",
        "host:5000/a,                 host:5000,        a,             latest, ",
        "reg.example.com/a@sha256:12, reg.example.com,  a,             latest, sha256:12",
        "reg.example.com/a:1@sha256:12, reg.example.com, a,            1,      sha256:12",
    })
    void referencesAreTakenApart(
            String reference, String registry, String repository, String tag, String digest) {
        assertThat(ImageName.of(reference))
                .isEqualTo(new ImageName(registry, repository, tag, digest));
    }

    @Test
    void theDigestIsThatOfTheImagesOwnRepository() {
        List<String> digests = List.of("other@sha256:1", "reg:5000/app@sha256:2", "app@sha256:3");

        assertThat(ImageName.of("app:7").digestAmong(digests)).isEqualTo("sha256:3");
        assertThat(ImageName.of("reg:5000/app").digestAmong(digests)).isEqualTo("sha256:2");
        assertThat(ImageName.of("app@sha256:9").digestAmong(digests)).isEqualTo("sha256:9");
        assertThat(ImageName.of("built/here").digestAmong(digests)).isNull();
    }

    @Test
    void theLongestKeyDecidesWhoLogsIn() {
        EngineAuth auth =
                EngineAuth.of(
                        EngineAuth.Type.DOCKER,
                        """
                        {"https://reg.example.com": {"username": "all", "password": "hush1"},
                         "reg.example.com/team": {"username": "team", "password": "hush2"},
                         "https://index.docker.io/v1/": {"username": "hub", "password": "hush3"}}
                        """);

        assertThat(auth.of(ImageName.of("reg.example.com/x")))
                .extracting("username")
                .isEqualTo("all");
        assertThat(auth.of(ImageName.of("reg.example.com/team/x")))
                .extracting("username")
                .isEqualTo("team");
        assertThat(auth.of(ImageName.of("reg.example.com/teamwork")))
                .extracting("username")
                .isEqualTo("all");
        assertThat(auth.of(ImageName.of("nginx"))).extracting("username").isEqualTo("hub");
        assertThat(auth.of(ImageName.of("other.example.com/x"))).isNull();
        assertThat(auth.toString()).doesNotContain("hush");
    }

    @Test
    void theOldFormIsReadAndMistakesAreToldWithoutTheData() {
        String login =
                Base64.getEncoder().encodeToString("joe:a:b".getBytes(StandardCharsets.UTF_8));
        EngineAuth auth =
                EngineAuth.of(
                        EngineAuth.Type.DOCKERCFG,
                        "{\"reg:5000\":{\"auth\":\"%s\",\"email\":\"\"}}".formatted(login));

        assertThat(auth.of(ImageName.of("reg:5000/x")))
                .isEqualTo(new RegistryLogin("joe", "a:b", null));
        assertThatThrownBy(
                        () ->
                                EngineAuth.of(
                                        EngineAuth.Type.DOCKERCFG, "{\"r\":{\"auth\":\"hush\"}}"))
                .hasMessage("has no proper login for the registry r");
        assertThatThrownBy(() -> EngineAuth.of(EngineAuth.Type.DOCKER, "hush"))
                .hasMessage("is not JSON");
    }

    @Test
    void pullsAreRememberedOverRestarts(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("images.json");
        ImageMemory first = new ImageMemory(file);
        first.pulled("id1", "app:1", true, 10);
        first.pulled("id2", "base:1", false, 20);
        first.pulled("id3", "app:1", true, 30);
        ImageMemory second = new ImageMemory(file);

        assertThat(second.knows("app:1")).isTrue();
        assertThat(second.knows("base:1")).isTrue();
        assertThat(second.knows("never")).isFalse();
        assertThat(second.ours())
                .extracting(ImageMemory.Entry::id, ImageMemory.Entry::names)
                .containsExactly(tuple("id1", List.of()), tuple("id3", List.of("app:1")));
        second.used("id1", 40);
        assertThat(new ImageMemory(file).ours()).extracting("id").containsExactly("id3", "id1");

        Files.writeString(file, "{\"images\":[{}]}");
        assertThat(new ImageMemory(file).ours()).isEmpty();
        Files.writeString(file, "{\"ima");
        assertThat(new ImageMemory(file).knows("app:1")).isFalse();
    }

    @Test
    void onlyTroubleThatMayPassIsTriedAgain() {
        String denied = "{\"message\":\"pull access denied for x\"}\n";
        assertThat(PullErrors.words(new NotFoundException(denied)))
                .isEqualTo("Error response from daemon: pull access denied for x");
        assertThat(PullErrors.mayPass(new NotFoundException(denied))).isFalse();
        for (String message :
                List.of(
                        "Get http://r/v2/: dial tcp 127.0.0.1:1: connect: connection refused",
                        "received unexpected HTTP status: 503 Service Unavailable",
                        "net/http: TLS handshake timeout",
                        "toomanyrequests: slow down",
                        "unexpected EOF")) {
            assertThat(PullErrors.mayPass(new InternalServerErrorException(message)))
                    .as(message)
                    .isTrue();
            assertThat(PullErrors.mayPass(new IOException(message))).as(message).isTrue();
        }
        for (String message :
                List.of(
                        "Get http://r/v2/a: no basic auth credentials",
                        "unauthorized: authentication required",
                        "manifest unknown",
                        "write /var/lib/docker/x: no space left on device")) {
            assertThat(PullErrors.mayPass(new InternalServerErrorException(message)))
                    .as(message)
                    .isFalse();
        }
        assertThat(PullErrors.mayPass(new NamedFailureException("DockerTimeoutError", "late")))
                .isTrue();
    }
}
