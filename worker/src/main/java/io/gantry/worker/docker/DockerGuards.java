package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.VolumesFrom;
import io.gantry.worker.fence.Guard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who guards containers of an engine: a process beside the worker or, if the worker is a container
 * itself and would take any such process with it, another container of the worker's own image.
 */
final class DockerGuards {
    private static final Logger log = LoggerFactory.getLogger(DockerGuards.class);
    private static final Pattern OWN_ID = Pattern.compile("/containers/([0-9a-f]{64})/");

    private final DockerClient client;
    private final String agentId;

    DockerGuards(DockerClient client, String agentId) {
        this.client = client;
        this.agentId = agentId;
    }

    /** Null if there can be none. */
    @Nullable Guard of(Path directory) {
        try {
            InspectContainerResponse own = ownContainer();
            if (own == null) {
                return isRoot() ? Guard.shell(directory) : refused("it does not run as root");
            }
            List<InspectContainerResponse.Mount> mounts = own.getMounts();
            boolean shared =
                    mounts != null
                            && mounts.stream()
                                    .map(InspectContainerResponse.Mount::getDestination)
                                    .filter(Objects::nonNull)
                                    .anyMatch(place -> directory.startsWith(place.getPath()));
            return shared
                    ? new Sibling(client, agentId, own, directory)
                    : refused("its data directory is not on a volume");
        } catch (IOException | DockerException unknown) {
            return refused(String.valueOf(unknown.getMessage()));
        }
    }

    private static @Nullable Guard refused(String why) {
        log.atWarn()
                .addKeyValue("reason", why)
                .log("this worker can hold no leases: its tasks are not replaced if it is lost");
        return null;
    }

    private static boolean isRoot() throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    /** The container of this engine in which this worker runs; null if it is in none. */
    private @Nullable InspectContainerResponse ownContainer() throws IOException {
        List<String> ids;
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            ids =
                    Stream.concat(
                                    lines.map(OWN_ID::matcher)
                                            .filter(Matcher::find)
                                            .map(found -> found.group(1)),
                                    Stream.of(
                                            Files.readString(Path.of("/proc/sys/kernel/hostname"))
                                                    .strip()))
                            .distinct()
                            .toList();
        }
        for (String id : ids) {
            try {
                return client.inspectContainerCmd(id).exec();
            } catch (NotFoundException elsewhere) {
                log.atTrace().addKeyValue("id", id).log("no container of this engine");
            }
        }
        return null;
    }

    /** A container beside the worker's that sees the same volumes and all processes. */
    private static final class Sibling implements Guard {
        private final DockerClient client;
        private final String name;
        private final String agentId;
        private final String image;
        private final String own;
        private final Path directory;

        Sibling(DockerClient client, String agentId, InspectContainerResponse own, Path directory) {
            this.client = client;
            this.agentId = agentId;
            this.name = "gantry-guard-" + agentId;
            this.image = String.valueOf(own.getImageId());
            this.own = own.getId();
            this.directory = directory;
        }

        @Override
        public void ensure() throws IOException {
            try {
                Path owner = directory.resolve("guard");
                if (!Files.exists(owner) || !runs()) {
                    start();
                }
            } catch (UncheckedIOException | DockerException failure) {
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

        private void start() {
            try {
                create();
            } catch (ConflictException there) {
                // One that is ending, or whose worker ended between the two orders.
                if (!runs()) {
                    client.removeContainerCmd(name).withForce(true).exec();
                    create();
                }
            }
            try {
                client.startContainerCmd(name).exec();
            } catch (NotModifiedException running) {
                log.atTrace().addKeyValue("guard", name).log("runs already");
            }
            log.atInfo().addKeyValue("guard", name).log("guard started");
        }

        private void create() {
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
            client.createContainerCmd(image)
                    .withName(name)
                    .withUser("0")
                    .withEntrypoint(
                            "sh", "-c", Guard.script(), "gantry-guard", directory.toString())
                    .withCmd(List.of())
                    .withHostConfig(host)
                    .withLabels(Map.of("io.gantry.guard", agentId))
                    .exec();
        }
    }
}
