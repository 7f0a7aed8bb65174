package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import io.gantry.worker.fence.BootTime;
import io.gantry.worker.fence.Fence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The guard of a worker that is a container itself. */
@Tag("docker")
final class SiblingGuardTest {
    private static final long LEASE_MILLIS = 3_000;
    private static final long LONG_LEASE_MILLIS = 3_600_000;

    @RegisterExtension final Engine engine = new Engine();
    @TempDir private Path directory;
    private final String agentId = UUID.randomUUID().toString();
    private final BootTime time = BootTime.ofMachine();
    private final List<String> containers = new ArrayList<>();
    private final DockerClient client = DockerConnection.open();
    private @Nullable Fence opened;

    @BeforeEach
    void workerInAContainer() {
        // It need not run: what counts is what it has mounted.
        InspectContainerResponse own = client.inspectContainerCmd(container()).exec();
        Fence fence = new Fence(directory, time, new SiblingGuard(client, agentId, own, directory));
        fence.renew(fence.stamp());
        opened = fence;
    }

    private Fence fence() {
        return Objects.requireNonNull(opened);
    }

    private Path owner() {
        return directory.resolve("guard");
    }

    private String container() {
        String id =
                client.createContainerCmd(Engine.IMAGE)
                        .withCmd("sleep", "600")
                        .withHostConfig(
                                HostConfig.newHostConfig()
                                        .withBinds(
                                                new Bind(
                                                        directory.toString(),
                                                        new Volume(directory.toString()))))
                        .exec()
                        .getId();
        containers.add(id);
        return id;
    }

    /** Runs until it is ended. */
    private String victim() {
        String id = container();
        client.startContainerCmd(id).exec();
        return id;
    }

    private boolean runs(String idOrName) {
        return Boolean.TRUE.equals(
                client.inspectContainerCmd(idOrName).exec().getState().getRunning());
    }

    @AfterEach
    void removeAll() throws IOException {
        containers.add("gantry-guard-" + agentId);
        for (String id : containers) {
            try {
                client.removeContainerCmd(id).withForce(true).exec();
            } catch (NotFoundException gone) {
                assertThat(gone).hasMessageContaining(id);
            }
        }
        client.close();
    }

    private String guard() throws IOException {
        return Files.readString(owner()).strip();
    }

    @Test
    void itEndsWhatHasNoLeaseAndSparesTheRest() throws IOException {
        String brief = victim();
        String lasting = victim();
        fence().cover("t1.web", LEASE_MILLIS, "cgroup " + brief);
        fence().cover("t2.web", LONG_LEASE_MILLIS, "cgroup " + lasting);

        Engine.until("it has ended", () -> !runs(brief));
        assertThat(fence().ageMillis()).isGreaterThanOrEqualTo(LEASE_MILLIS);
        assertThat(runs(lasting)).isTrue();
    }

    @Test
    void oneThatIsAboutToGoIsNotTrusted() throws IOException {
        String victim = victim();
        fence().cover("t1.web", LONG_LEASE_MILLIS, "cgroup " + victim);
        String leaving = guard();
        Files.delete(owner());

        fence().cover("t1.web", LEASE_MILLIS, "cgroup " + victim);
        assertThat(guard()).isNotEqualTo(leaving);
        assertThat(Path.of("/proc", leaving)).doesNotExist();
        Engine.until("it has ended", () -> !runs(victim));
    }

    @Test
    void anotherOneComesWhenItWasKilled() throws IOException {
        String victim = victim();
        fence().cover("t1.web", LEASE_MILLIS, "cgroup " + victim);
        String killed = guard();
        client.killContainerCmd("gantry-guard-" + agentId).exec();

        fence().watch();
        assertThat(guard()).isNotEqualTo(killed);
        Engine.until("it has ended", () -> !runs(victim));
    }
}
