package io.gantry.worker.process;

import io.gantry.common.acs.AcsJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a container's processes use, in the form of the Docker engine's statistics. The network is
 * the machine's own, so there are no figures of it.
 */
final class ProcessStatistics {
    private static final long NANOS_PER_TICK = 10_000_000;
    private static final long PAGE_BYTES = 4096;
    private static final long KIB = 1024;

    private ProcessStatistics() {}

    static String of(String id, String name, List<ProcStat> processes) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.put("read", Instant.now().toString());
        node.put("preread", "0001-01-01T00:00:00Z");
        node.putObject("pids_stats").put("current", processes.size());
        blocks(node, processes);
        node.put("num_procs", 0);
        node.putObject("storage_stats");
        cpu(node.putObject("cpu_stats"), processes);
        node.putObject("precpu_stats");
        ObjectNode memory = node.putObject("memory_stats");
        memory.put("usage", sum(processes, ProcStat::residentPages) * PAGE_BYTES);
        memory.putObject("stats");
        memory.put("limit", field("/proc/meminfo", "MemTotal:") * KIB);
        node.put("name", "/" + name);
        node.put("id", id);
        return node.toString();
    }

    private static void cpu(ObjectNode cpu, List<ProcStat> processes) {
        long all = sum(processes, ProcStat::cpuTicks);
        long kernel = sum(processes, ProcStat::kernelTicks);
        cpu.putObject("cpu_usage")
                .put("total_usage", all * NANOS_PER_TICK)
                .put("usage_in_kernelmode", kernel * NANOS_PER_TICK)
                .put("usage_in_usermode", (all - kernel) * NANOS_PER_TICK);
        cpu.put("system_cpu_usage", machineTicks() * NANOS_PER_TICK);
        cpu.put("online_cpus", Runtime.getRuntime().availableProcessors());
        cpu.putObject("throttling_data")
                .put("periods", 0)
                .put("throttled_periods", 0)
                .put("throttled_time", 0);
    }

    private static void blocks(ObjectNode node, List<ProcStat> processes) {
        ObjectNode blocks = node.putObject("blkio_stats");
        var bytes = blocks.putArray("io_service_bytes_recursive");
        for (String operation : List.of("Read", "Write")) {
            String field = operation.equals("Read") ? "read_bytes:" : "write_bytes:";
            bytes.addObject()
                    .put("major", 0)
                    .put("minor", 0)
                    .put("op", operation)
                    .put(
                            "value",
                            sum(processes, one -> field("/proc/" + one.pid() + "/io", field)));
        }
        blocks.putArray("io_serviced_recursive");
    }

    private static long sum(List<ProcStat> processes, ToLongFunction<ProcStat> part) {
        return processes.stream().mapToLong(part).sum();
    }

    /** Time of all processors, idle or not. */
    private static long machineTicks() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            // The guests' times after the first eight are already in the first two.
            return lines.findFirst().stream()
                    .flatMap(line -> Stream.of(line.split(" +", -1)).skip(1).limit(8))
                    .mapToLong(Long::parseLong)
                    .sum();
        } catch (IOException unreadable) {
            return 0;
        }
    }

    /** The number after a name in one of the kernel's files; 0 if it cannot be read. */
    private static long field(String file, String name) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> Long.parseLong(line.split("\\s+", -1)[1]))
                    .orElse(0L);
        } catch (IOException gone) {
            return 0;
        }
    }
}
