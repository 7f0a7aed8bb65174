package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.VolumesFrom;
import io.gantry.worker.fence.Guard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container beside the worker's, of the same image, that sees the same volumes and all processes
 * of the machine. Whatever stops, pauses or kills the worker's container spares it, and it needs
 * neither the engine nor the network to end what it guards.
 */
final class SiblingGuard implements Guard {
    private static final Logger log = LoggerFactory.getLogger(SiblingGuard.class);
    private static final int ATTEMPTS = 20;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(100);

    private final DockerClient client;
    private final String name;
    private final String agentId;
    private final String image;
    private final String own;
    private final Path directory;

    /**
     * Starts nothing yet.
     *
     * @param own the container of the worker
     * @param directory what it guards, on a volume of that container
     */
    SiblingGuard(
            DockerClient client, String agentId, InspectContainerResponse own, Path directory) {
        this.client = client;
        this.agentId = agentId;
        this.name = "gantry-guard-" + agentId;
        this.image = String.valueOf(own.getImageId());
        this.own = own.getId();
        this.directory = directory;
    }

    private Path owner() {
        return directory.resolve("guard");
    }

    @Override
    public void ensure() throws IOException {
        try {
            if (!Files.exists(owner()) || !runs()) {
                start();
            }
        } catch (DockerException failure) {
            throw new IOException("the guard cannot be started", failure);
        }
    }

    private boolean runs() {
        try {
            return Boolean.TRUE.equals(
                    client.inspectContainerCmd(name).exec().getState().getRunning());
        } catch (NotFoundException missing) {
            return false;
        }
    }

    /**
     * One that runs but has withdrawn its file is about to go, and may not have seen what is to be
     * guarded: it is ended, not trusted.
     */
    private void start() throws IOException {
        // The number in it may be that of another process by now, which the guard would yield to.
        Files.deleteIfExists(owner());
        client.startContainerCmd(create()).exec();
        // It has the numbers of the machine's processes, as the engine does.
        Long pid = client.inspectContainerCmd(name).exec().getState().getPidLong();
        Files.writeString(owner(), pid + "\n");
        log.atInfo().addKeyValue("guard", name).addKeyValue("pid", pid).log("guard started");
    }

    private String create() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return createOnce();
            } catch (ConflictException there) {
                remove();
            }
        }
        throw new IOException("there is already a container " + name + " that does not go");
    }

    private void remove() {
        try {
            client.removeContainerCmd(name).withForce(true).exec();
        } catch (NotFoundException gone) {
            log.atTrace().addKeyValue("guard", name).log("it went by itself");
        } catch (ConflictException going) {
            LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
        }
    }

    private String createOnce() {
        var host =
                HostConfig.newHostConfig()
                        .withPidMode("host")
                        .withNetworkMode("none")
                        .withVolumesFrom(new VolumesFrom(own))
                        .withSecurityOpts(List.of("apparmor=unconfined"))
                        .withCapDrop(Capability.ALL)
                        .withCapAdd(Capability.KILL, Capability.DAC_OVERRIDE)
                        .withAutoRemove(true)
                        .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE));
        return client.createContainerCmd(image)
                .withName(name)
                .withUser("0")
                .withEntrypoint("sh", "-c", Guard.script(), "gantry-guard", directory.toString())
                .withCmd(List.of())
                .withHostConfig(host)
                .withLabels(Map.of("io.gantry.guard", agentId))
                .exec()
                .getId();
    }
}
