package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A volume of its own in memory that is soon full. Another container uses it all the time, so that
 * it lives on while the node does not run.
 */
final class SmallDisk implements AutoCloseable {
    /** Whose disk it is. */
    static final String NODE = "n3";

    private static final int SIZE_MIB = 160;

    /** As whom nodes run. */
    private static final String OWNER = "uid=10001,gid=10001,mode=0700";

    private final DockerClient engine;
    private final String volume;
    private final GenericContainer<?> keeper;

    SmallDisk(DockerClient engine, String volume) {
        this.engine = engine;
        this.volume = volume;
        this.keeper =
                new GenericContainer<>(DockerImageName.parse(TestImage.NAME))
                        .withCommand("busybox", "sleep", "1000000")
                        .withCreateContainerCmdModifier(
                                command ->
                                        Objects.requireNonNull(command.getHostConfig())
                                                .withBinds(Bind.parse(volume + ":/data")));
    }

    String volume() {
        return volume;
    }

    void start() {
        engine.createVolumeCmd()
                .withName(volume)
                .withDriver("local")
                .withLabels(DockerClientFactory.DEFAULT_LABELS)
                .withDriverOpts(
                        Map.of(
                                "type",
                                "tmpfs",
                                "device",
                                "tmpfs",
                                "o",
                                "size=" + SIZE_MIB + "m," + OWNER))
                .exec();
        keeper.start();
    }

    /** Not a byte more fits until the remedy. */
    Remedy fill() {
        assertThat(shell("busybox dd if=/dev/zero of=/data/filler bs=64k").getStderr())
                .contains("No space left on device");
        return () -> assertThat(shell("busybox rm /data/filler").getExitCode()).isZero();
    }

    /** Whether a node has logged what is wrong: that the disk is full, or too full to go on. */
    static boolean isTold(String log) {
        return log.contains("No space left on device") || log.contains("too few to go on");
    }

    private ExecResult shell(String command) {
        try {
            return keeper.execInContainer("sh", "-c", command);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    /** Once no node uses it any more. */
    @Override
    public void close() {
        keeper.stop();
        engine.removeVolumeCmd(volume).exec();
    }
}
