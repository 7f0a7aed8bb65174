package io.gantry.worker.docker;

import static io.gantry.worker.docker.Engine.hostConfig;
import static io.gantry.worker.docker.Engine.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.FoundContainer.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A container reads its own limits. */
@Tag("docker")
final class LimitsTest {
    private static final long MIB = 1L << 20;
    private static final String MEMORY_LIMIT =
            "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null";

    /** With the limits of the cgroups above it. */
    private static final String REAL_MEMORY_LIMIT =
            "grep hierarchical_memory_limit /sys/fs/cgroup/memory/memory.stat 2>/dev/null";

    @RegisterExtension private final Engine engine = new Engine();

    @Test
    void memoryAndProcessorSharesAreWhatWasAskedFor() throws Exception {
        String text =
                engine.output(
                        shell(
                                        "web",
                                        MEMORY_LIMIT
                                                + "; cat /sys/fs/cgroup/cpu/cpu.shares"
                                                + " /sys/fs/cgroup/cpu.weight 2>/dev/null;"
                                                + " cat /sys/fs/cgroup/memory.low"
                                                + " /sys/fs/cgroup/memory/memory.soft_limit_in_bytes"
                                                + " 2>/dev/null; true")
                                .limits(512, 64)
                                .dockerConfig(
                                        hostConfig("{\"MemoryReservation\":" + 32 * MIB + "}"))
                                .build());

        // Version 2 has weights instead of shares.
        boolean unified = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        assertThat(text.lines())
                .containsExactly(
                        Long.toString(64 * MIB), unified ? "20" : "512", Long.toString(32 * MIB));
    }

    @Test
    void aContainerWithoutMemoryGetsThatOfItsTask() throws Exception {
        AcsContainer container = shell("web", MEMORY_LIMIT + "; true").build();
        AcsTask task = engine.task(container).limits(null, 48).build();

        assertThat(engine.output(task, container).strip()).isEqualTo(Long.toString(48 * MIB));
    }

    @Test
    void theTasksOwnMemoryHoldsForAllItsContainersTogether() throws Exception {
        AcsContainer container =
                shell("web", REAL_MEMORY_LIMIT + "; cat /proc/self/cgroup").limits(0, 512).build();
        AcsTask task = engine.task(container).limits(0.25, 32).build();
        String text = engine.output(task, container);

        assertThat(text)
                .contains("/ecs/" + engine.key(container).taskId() + "/")
                .contains("hierarchical_memory_limit " + 32 * MIB);
    }

    @Test
    void theTasksOwnProcessorTimeSlowsItsContainersDown() throws Exception {
        String spin =
                "end=$(($(date +%s) + 2)); while [ $(date +%s) -lt $end ]; do :; done;"
                        + " cat /proc/self/stat | cut -d' ' -f14-17;"
                        + " cat /sys/fs/cgroup/cpuacct/cpuacct.usage";
        AcsContainer container = shell("web", spin).build();
        AcsTask task = engine.task(container).limits(0.1, 64).build();
        List<String> lines = engine.output(task, container).lines().toList();

        // At least a second has passed, at a tenth of a processor: nanoseconds.
        assertThat(Long.parseLong(lines.getLast())).isBetween(1_000_000L, 500_000_000L);
    }

    @Test
    void whatTheContainersOfATaskUseTogetherIsLimited() throws Exception {
        AcsContainer greedy =
                shell("web", "dd if=/dev/zero of=/dev/null bs=100M count=1").limits(0, 256).build();
        AcsTask task = engine.task(greedy).limits(null, 32).build();
        engine.start(task, greedy);

        Exit exit = engine.exited(greedy).exit();
        assertThat(exit.code()).isEqualTo(137);
        assertThat(exit.reason()).isEqualTo(DockerFacts.OUT_OF_MEMORY);
    }

    @Test
    void theCgroupOfATaskGoesWithItsLastContainer() throws Exception {
        AcsContainer container = shell("web", "true").build();
        AcsTask task = engine.task(container).limits(0.25, 32).build();
        engine.output(task, container);
        var cgroup = Path.of("/sys/fs/cgroup/memory/ecs", engine.key(container).taskId());
        assertThat(cgroup).isDirectory();
        engine.runtime().release(new AgentAction.Release(task));

        Engine.until("the cgroup is gone", () -> !Files.exists(cgroup));
        assertThat(Path.of("/sys/fs/cgroup/pids/ecs", engine.key(container).taskId()))
                .doesNotExist();
    }

    @Test
    void aKilledChildIsNamedOutOfMemoryToo() throws Exception {
        AcsContainer container =
                shell("web", "dd if=/dev/zero of=/dev/null bs=200M count=1; exit $?")
                        .limits(0, 8)
                        .build();
        engine.start(container);

        Exit exit = engine.exited(container).exit();
        assertThat(exit.code()).isEqualTo(137);
        assertThat(exit.reason()).isEqualTo(DockerFacts.OUT_OF_MEMORY);
    }

    @Test
    void swapAndUlimitsAndSharedMemoryAreSet() throws Exception {
        String text =
                engine.output(
                        shell(
                                        "web",
                                        "ulimit -Sn; ulimit -Hn; ulimit -c;"
                                                + " df -k /dev/shm | tail -1 | awk '{print $2}';"
                                                + " cat /sys/fs/cgroup/memory/memory.swappiness")
                                .limits(0, 64)
                                .dockerConfig(
                                        hostConfig(
                                                "{\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":100,"
                                                        + "\"Hard\":200},{\"Name\":\"core\","
                                                        + "\"Soft\":0,\"Hard\":0}],\"ShmSize\":"
                                                        + 3 * MIB
                                                        + ",\"MemorySwap\":"
                                                        + 80 * MIB
                                                        + ",\"MemorySwappiness\":7}"))
                                .build());

        assertThat(text.lines()).containsExactly("100", "200", "0", "3072", "7");
    }
}
