package io.gantry.control.api;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DockerVolumeConfiguration;
import software.amazon.awssdk.services.ecs.model.HostVolumeProperties;
import software.amazon.awssdk.services.ecs.model.Scope;
import software.amazon.awssdk.services.ecs.model.Volume;

/**
 * The volumes that the containers of a task may share: each is a directory of the machine or a
 * volume of the container engine.
 */
final class VolumeRules {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,254}");
    private static final Pattern DRIVER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:/-]{0,90}");

    private VolumeRules() {}

    /** The names of the volumes. */
    static Set<String> check(List<Volume> volumes) {
        var names = new HashSet<String>();
        for (Volume volume : volumes) {
            String name = volume.name();
            if (name == null || !NAME.matcher(name).matches()) {
                throw ApiErrors.client("Volume name contains invalid characters: '" + name + "'.");
            }
            if (!names.add(name)) {
                throw ApiErrors.client("Volume name '" + name + "' is not unique.");
            }
            Members.refuseAllBut(
                    Set.of("name", "host", "dockerVolumeConfiguration"),
                    volume,
                    "volumes." + name + ".",
                    ApiErrors::client);
            docker(name, volume.host(), volume.dockerVolumeConfiguration());
        }
        return names;
    }

    private static void docker(
            String name,
            @Nullable HostVolumeProperties host,
            @Nullable DockerVolumeConfiguration docker) {
        if (docker == null) {
            return;
        }
        if (host != null) {
            throw wrong(name, "Only one of 'host' and 'dockerVolumeConfiguration' can be given.");
        }
        boolean shared = docker.scope() == Scope.SHARED;
        if (Boolean.TRUE.equals(docker.autoprovision()) && !shared) {
            throw wrong(name, "'autoprovision' can only be used if the scope is shared.");
        }
        if (docker.driver() != null && !DRIVER.matcher(docker.driver()).matches()) {
            throw wrong(name, "'driver' contains invalid characters: '" + docker.driver() + "'.");
        }
    }

    private static RuntimeException wrong(String volume, String what) {
        return ApiErrors.client("Invalid setting for volume '" + volume + "'. " + what);
    }

    /** A volume without any source is one that the container runtime keeps. */
    static Volume normal(Volume volume) {
        String path = volume.host() == null ? null : volume.host().sourcePath();
        return volume.dockerVolumeConfiguration() != null || (path != null && !path.isEmpty())
                ? volume
                : volume.toBuilder().host(HostVolumeProperties.builder().build()).build();
    }
}
