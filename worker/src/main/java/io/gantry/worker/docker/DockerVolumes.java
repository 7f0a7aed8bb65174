package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateVolumeCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.worker.runtime.ContainerNames;
import java.util.Map;
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
        if (isShared(volume) && docker != null && !Boolean.TRUE.equals(docker.autoprovision())) {
            client.inspectVolumeCmd(name).exec();
            return;
        }
        CreateVolumeCmd command =
                client.createVolumeCmd().withName(name).withLabels(labels(task, volume));
        if (docker != null) {
            command.withDriver(docker.driver() == null ? "local" : docker.driver());
            command.withDriverOpts(docker.driverOpts());
        }
        command.exec();
    }

    /** A shared volume outlives everybody, so it does not carry a task's name. */
    private Map<String, String> labels(AcsTask task, AcsVolume volume) {
        return isShared(volume)
                ? Map.of(DockerLabels.AGENT, agentId)
                : Map.of(DockerLabels.AGENT, agentId, DockerLabels.TASK_ARN, task.arn());
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
