package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.worker.fence.Guard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                    ? new SiblingGuard(client, agentId, own, directory)
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
}
