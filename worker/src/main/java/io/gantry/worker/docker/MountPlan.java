package io.gantry.worker.docker;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.api.model.VolumesFrom;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.worker.runtime.ContainerNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of the machine and of the task's volumes a container sees in its file system. */
final class MountPlan {

    private MountPlan() {}

    static void apply(AcsTask task, AcsContainer container, HostConfig host) {
        host.withBinds(binds(task, container)).withVolumesFrom(volumesFrom(task, container));
    }

    private static List<Bind> binds(AcsTask task, AcsContainer container) {
        List<Bind> binds = new ArrayList<>();
        for (AcsContainer.MountPoint mount : container.mountPoints()) {
            binds.add(
                    new Bind(
                            source(task, String.valueOf(mount.sourceVolume())),
                            new Volume(String.valueOf(mount.containerPath())),
                            access(mount.readOnly())));
        }
        return binds;
    }

    private static AccessMode access(@Nullable Boolean readOnly) {
        return Boolean.TRUE.equals(readOnly) ? AccessMode.ro : AccessMode.rw;
    }

    private static String source(AcsTask task, String volumeName) {
        for (AcsVolume volume : task.volumes()) {
            if (volume.name().equals(volumeName)) {
                AcsVolume.Host host = volume.host();
                String path = host == null ? null : host.sourcePath();
                return path == null || path.isEmpty() ? DockerVolumes.name(task, volume) : path;
            }
        }
        throw new EngineException("InvalidVolumeError", "no volume named " + volumeName);
    }

    private static VolumesFrom[] volumesFrom(AcsTask task, AcsContainer container) {
        return container.volumesFrom().stream()
                .map(
                        from ->
                                new VolumesFrom(
                                        ContainerNames.container(
                                                task, String.valueOf(from.sourceContainer())),
                                        access(from.readOnly())))
                .toArray(VolumesFrom[]::new);
    }
}
