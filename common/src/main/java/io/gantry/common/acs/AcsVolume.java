package io.gantry.common.acs;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One volume of an {@link AcsTask}.
 *
 * @param type host, docker, efs, fsxWindowsFileServer, ebs or logDriverOutput; absent counts as
 *     host
 * @param host must be there for the type host; without a path in it the volume lives as long as the
 *     task
 */
public record AcsVolume(
        String name,
        @Nullable String type,
        @Nullable Host host,
        @Nullable DockerVolume dockerVolumeConfiguration,
        @Nullable EfsVolume efsVolumeConfiguration,
        @Nullable FsxVolume fsxWindowsFileServerVolumeConfiguration,
        @Nullable EbsVolume ebsVolumeConfiguration,
        @Nullable LogDriverVolume logDriverVolumeConfiguration) {

    public AcsVolume {
        requireNonNull(name, "volume name");
    }

    /** A directory of the machine. */
    public static AcsVolume bind(String name, String sourcePath) {
        return new AcsVolume(name, "host", new Host(sourcePath), null, null, null, null, null);
    }

    /** Space that lives as long as the task. */
    public static AcsVolume scratch(String name) {
        return new AcsVolume(name, "host", new Host(null), null, null, null, null, null);
    }

    /** A volume of the container engine. */
    public static AcsVolume docker(String name, DockerVolume configuration) {
        return new AcsVolume(name, "docker", null, configuration, null, null, null, null);
    }

    /** Where on the machine. */
    public record Host(@Nullable String sourcePath) {}

    /**
     * A volume of the container engine.
     *
     * @param scope task or shared
     */
    public record DockerVolume(
            @Nullable String scope,
            @Nullable Boolean autoprovision,
            @Nullable String driver,
            Map<String, String> driverOpts,
            Map<String, String> labels) {
        public DockerVolume {
            driverOpts = Map.copyOf(driverOpts);
            labels = Map.copyOf(labels);
        }
    }

    /** A share of Amazon's file system. */
    public record EfsVolume(
            @Nullable String fileSystemId,
            @Nullable String rootDirectory,
            @Nullable String transitEncryption,
            @Nullable Integer transitEncryptionPort,
            @Nullable EfsAuthorization authorizationConfig) {}

    /**
     * How to log in to the file system.
     *
     * @param iam ENABLED or DISABLED
     */
    public record EfsAuthorization(@Nullable String accessPointId, @Nullable String iam) {}

    /** A Windows share. */
    public record FsxVolume(
            @Nullable String fileSystemId,
            @Nullable String rootDirectory,
            @Nullable FsxAuthorization authorizationConfig) {}

    /** How to log in to a Windows share. */
    public record FsxAuthorization(
            @Nullable String credentialsParameter, @Nullable String domain) {}

    /** A block device. */
    public record EbsVolume(
            @Nullable String volumeId,
            @Nullable Boolean deleteOnTermination,
            @Nullable String deviceName,
            @Nullable String filesystemType) {}

    /** What a log driver writes. */
    public record LogDriverVolume(@Nullable String driver) {}
}
