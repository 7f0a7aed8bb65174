package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateVolumeCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.worker.runtime.ContainerNames;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine's volumes of a task. */
final class DockerVolumes {
    private static final Logger log = LoggerFactory.getLogger(DockerVolumes.class);

    private final DockerClient client;
    private final String agentId;

    DockerVolumes(DockerClient client, String agentId) {
        this.client = client;
        this.agentId = agentId;
    }

    /** The engine's name of a volume that is no directory of the machine. */
    static String name(AcsTask task, AcsVolume volume) {
        return isShared(volume) ? volume.name() : ContainerNames.volume(task, volume.name());
    }

    private static boolean isShared(AcsVolume volume) {
        AcsVolume.DockerVolume docker = volume.dockerVolumeConfiguration();
        return docker != null && "shared".equals(docker.scope());
    }

    private static boolean isDirectory(AcsVolume volume) {
        AcsVolume.Host host = volume.host();
        return host != null && host.sourcePath() != null && !host.sourcePath().isEmpty();
    }

    /** Makes what is missing; the engine takes a second order for the same volume as done. */
    void create(AcsTask task) {
        for (AcsVolume volume : task.volumes()) {
            if (!isDirectory(volume)) {
                create(task, volume);
            }
        }
    }

    private void create(AcsTask task, AcsVolume volume) {
        String name = name(task, volume);
        AcsVolume.DockerVolume docker = volume.dockerVolumeConfiguration();
        if (isShared(volume) && docker != null) {
            if (exists(name)) {
                return;
            }
            if (!Boolean.TRUE.equals(docker.autoprovision())) {
                throw new EngineException(
                        "CannotCreateVolumeError",
                        "volume detection failed, volume '"
                                + name
                                + "' does not exist and autoprovision is set to false");
            }
        }
        CreateVolumeCmd command =
                client.createVolumeCmd().withName(name).withLabels(labels(task, volume));
        if (docker != null) {
            String driver = docker.driver();
            command.withDriver(driver == null || driver.isEmpty() ? "local" : driver);
            command.withDriverOpts(docker.driverOpts());
        }
        try {
            command.exec();
        } catch (DockerException failure) {
            throw new EngineException("CannotCreateVolumeError", DockerErrors.message(failure));
        }
    }

    private boolean exists(String name) {
        try {
            client.inspectVolumeCmd(name).exec();
            return true;
        } catch (NotFoundException missing) {
            return false;
        }
    }

    /** A shared volume outlives everybody, so it does not carry anybody's name. */
    private Map<String, String> labels(AcsTask task, AcsVolume volume) {
        Map<String, String> labels = new TreeMap<>();
        AcsVolume.DockerVolume docker = volume.dockerVolumeConfiguration();
        if (docker != null) {
            labels.putAll(docker.labels());
        }
        if (!isShared(volume)) {
            labels.put(DockerLabels.AGENT, agentId);
            labels.put(DockerLabels.TASK_ARN, task.arn());
        }
        return labels;
    }

    /** Removes what lived as long as the task. */
    void remove(AcsTask task) {
        for (AcsVolume volume : task.volumes()) {
            if (!isDirectory(volume) && !isShared(volume)) {
                try {
                    client.removeVolumeCmd(name(task, volume)).exec();
                } catch (NotFoundException neverMade) {
                    log.atDebug().addKeyValue("volume", volume.name()).log("never made");
                }
            }
        }
    }
}
