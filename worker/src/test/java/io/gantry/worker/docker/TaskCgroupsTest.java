package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written for the kernel, and what systemd is asked for. */
final class TaskCgroupsTest {
    private static final TaskLimits LIMITS = new TaskLimits(0.25, 256, 64 << 20);
    private static final TaskLimits NONE = new TaskLimits(0, 2, 0);

    @Test
    void limitsComeFromTheTaskOrItsContainers() {
        AcsContainer one = AcsContainer.of("a", "i").limits(100, 0).build();
        AcsContainer other = AcsContainer.of("b", "i").build();
        AcsTask.Builder task = AcsTask.run("x/y", "f", "1").containers(List.of(one, other));

        assertThat(TaskLimits.of(task.build())).isEqualTo(new TaskLimits(0, 102, 0));
        assertThat(TaskLimits.of(task.limits(0.5, 1024).build()))
                .isEqualTo(new TaskLimits(0.5, 512, 1 << 30));
        assertThat(new TaskLimits(0.001, 2, 0).quotaMicros()).isEqualTo(1_000);
        assertThat(new TaskLimits(1, 2, 0).weight()).isOne();
        assertThat(new TaskLimits(1, 262_144, 0).weight()).isEqualTo(10_000);
    }

    @Test
    void inVersion2OneDirectoryHoldsAll(@TempDir Path root) throws IOException {
        FileCgroups tree = new FileCgroups(root, true);
        tree.make("t1", LIMITS);
        tree.make("t1", LIMITS);
        tree.make("t2", NONE);

        assertThat(tree.parent("t1")).isEqualTo("/ecs/t1");
        assertThat(root.resolve("cgroup.subtree_control")).hasContent("+cpu +memory");
        assertThat(root.resolve("ecs/cgroup.subtree_control")).hasContent("+cpu +memory");
        assertThat(root.resolve("ecs/t1/cpu.max")).hasContent("25000 100000");
        assertThat(root.resolve("ecs/t1/cpu.weight")).hasContent("10");
        assertThat(root.resolve("ecs/t1/memory.max")).hasContent("67108864");
        assertThat(root.resolve("ecs/t2/cpu.max")).hasContent("max 100000");
        assertThat(root.resolve("ecs/t2/memory.max")).hasContent("max");
    }

    @Test
    void inVersion1EveryControllerIsCleanedUp(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("pids/ecs/t1"));
        FileCgroups tree = new FileCgroups(root, false);
        tree.make("t1", NONE);
        assertThat(root.resolve("cpu/ecs/t1/cpu.cfs_quota_us")).hasContent("-1");
        assertThat(root.resolve("memory/ecs/t1/memory.limit_in_bytes")).hasContent("-1");

        // Here these are files in a directory, which the kernel's would not keep from going.
        assertThatThrownBy(() -> tree.remove("t1")).isInstanceOf(IOException.class);
        for (String name : List.of("cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us")) {
            Files.delete(root.resolve("cpu/ecs/t1").resolve(name));
        }
        Files.delete(root.resolve("memory/ecs/t1/memory.limit_in_bytes"));
        tree.remove("t1");
        tree.remove("t1");
        assertThat(root.resolve("cpu/ecs/t1")).doesNotExist();
        assertThat(root.resolve("pids/ecs/t1")).doesNotExist();
    }

    /** Remembers what it was asked to run. */
    private static final class FakeSystemd implements SystemdCgroups.Programs {
        private final List<String> commands = new ArrayList<>();
        private boolean active;
        private boolean broken;

        @Override
        public int run(List<String> command) {
            if (command.contains("is-active")) {
                return active ? 0 : 3;
            }
            commands.add(String.join(" ", command));
            active = !broken && command.getFirst().equals("busctl");
            return broken ? 1 : 0;
        }
    }

    @Test
    void systemdIsAskedForASlice() throws IOException {
        FakeSystemd systemd = new FakeSystemd();
        SystemdCgroups tree = new SystemdCgroups(true, systemd);
        tree.make("a-b", LIMITS);
        tree.make("a-b", LIMITS);
        tree.remove("a-b");
        tree.remove("a-b");

        assertThat(tree.parent("a-b")).isEqualTo("ecstasks-a_b.slice");
        assertThat(systemd.commands)
                .containsExactly(
                        "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1"
                                + " org.freedesktop.systemd1.Manager StartTransientUnit"
                                + " ssa(sv)a(sa(sv)) ecstasks-a_b.slice replace 6"
                                + " Description s Limits of task a-b CPUAccounting b true"
                                + " MemoryAccounting b true CPUWeight t 10"
                                + " CPUQuotaPerSecUSec t 250000 MemoryMax t 67108864 0",
                        "systemctl stop ecstasks-a_b.slice");
    }

    @Test
    void systemdOfVersion1HasOtherNames() throws IOException {
        FakeSystemd systemd = new FakeSystemd();
        new SystemdCgroups(false, systemd).make("t", LIMITS);

        assertThat(systemd.commands.getFirst())
                .contains("CPUShares t 256")
                .contains("MemoryLimit t 67108864");
    }

    @Test
    void whatSystemdRefusesIsToldOf() {
        FakeSystemd systemd = new FakeSystemd();
        systemd.broken = true;

        assertThatThrownBy(() -> new SystemdCgroups(true, systemd).make("t", LIMITS))
                .hasMessage("systemd did not make ecstasks-t.slice, busctl ended with 1");
    }
}
