package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.worker.runtime.ContainerUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With files as kernels write them, of both versions of control groups. */
final class KernelUsageTest {
    private static final String ID =
            "7364d8f0fc55e6e7ec39caed377a619ea9132970b29edaade3f176b74fa9099b";
    private static final String NETWORK =
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
                lo:      77       0    0    0    0     0          0         0       77       0    0
              eth0:     200       2    0    0    0     0          0         0      300       3    0
              eth1:    1000       9    0    0    0     0          0         0     2000       9    0
            """;

    @TempDir private Path machine;

    @BeforeEach
    void networks() throws IOException {
        write("proc/42/net/dev", NETWORK);
        link("proc/42/ns/net", "net:[4026532000]");
        link("proc/self/ns/net", "net:[4026531840]");
    }

    private void write(String file, String text) throws IOException {
        Path path = machine.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void link(String file, String target) throws IOException {
        Path path = machine.resolve(file);
        Files.createDirectories(path.getParent());
        Files.deleteIfExists(path);
        Files.createSymbolicLink(path, Path.of(target));
    }

    private KernelUsage usage() {
        return new KernelUsage(machine.resolve("proc"), machine.resolve("cgroup"));
    }

    private void versionTwo() throws IOException {
        String group = "cgroup/system.slice/docker-" + ID + ".scope/";
        write("proc/42/cgroup", "0::/system.slice/docker-" + ID + ".scope\n");
        write(group + "cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n");
        write(group + "memory.current", "10000\n");
        write(group + "memory.stat", "anon 6000\nfile 4000\ninactive_file 3000\n");
        write(group + "io.stat", "8:0 rbytes=4096 wbytes=8192 rios=1\n8:16 rbytes=4 wbytes=8\n");
    }

    @Test
    void readsVersionTwo() throws IOException {
        versionTwo();

        assertThat(usage().read(ID, 42))
                .isEqualTo(new ContainerUsage(1_500_000, 7_000, 1_200, 2_300, 4_100, 8_200));
    }

    @Test
    void readsVersionOne() throws IOException {
        write(
                "proc/42/cgroup",
                "7:blkio:/ecs/t/%1$s\n4:memory:/ecs/t/%1$s\n2:cpu,cpuacct:/ecs/t/%1$s\n0::/ecs/t/%1$s\n"
                        .formatted(ID));
        write("cgroup/cpuacct/ecs/t/" + ID + "/cpuacct.usage", "123456789\n");
        write("cgroup/memory/ecs/t/" + ID + "/memory.usage_in_bytes", "10000\n");
        write(
                "cgroup/memory/ecs/t/" + ID + "/memory.stat",
                "inactive_file 1\ntotal_inactive_file 2500\n");
        write(
                "cgroup/blkio/ecs/t/" + ID + "/blkio.throttle.io_service_bytes_recursive",
                "8:0 Read 4096\n8:0 Write 8192\n8:0 Total 12288\nTotal 12288\n");

        assertThat(usage().read(ID, 42))
                .isEqualTo(new ContainerUsage(123_456_789, 7_500, 1_200, 2_300, 4_096, 8_192));
    }

    @Test
    void theMachinesOwnNetworkIsNotTheContainers() throws IOException {
        versionTwo();
        link("proc/42/ns/net", "net:[4026531840]");

        assertThat(usage().read(ID, 42))
                .isEqualTo(new ContainerUsage(1_500_000, 7_000, 0, 0, 4_100, 8_200));
    }

    /** Its number was given to another process since, or counts in another namespace. */
    @Test
    void saysNothingOfProcessesThatAreNotTheContainers() throws IOException {
        versionTwo();

        assertThat(usage().read(ID.replace('7', '8'), 42)).isNull();
        assertThat(usage().read(ID, 43)).isNull();
    }
}
