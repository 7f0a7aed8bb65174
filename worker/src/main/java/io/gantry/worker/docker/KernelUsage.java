package io.gantry.worker.docker;

import io.gantry.worker.runtime.ContainerUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a container uses from the kernel's own files, of version 1 or 2 of control groups,
 * which costs a fraction of asking the engine. That needs the machine's own processes in sight.
 */
final class KernelUsage {
    private static final Logger log = LoggerFactory.getLogger(KernelUsage.class);
    private static final long NANOS_PER_MICRO = 1_000;

    private final Path proc;
    private final Path cgroups;

    /**
     * A reader of a machine.
     *
     * @param proc usually {@code /proc}
     * @param cgroups usually {@code /sys/fs/cgroup}
     */
    KernelUsage(Path proc, Path cgroups) {
        this.proc = proc;
        this.cgroups = cgroups;
    }

    /**
     * What a container uses, as {@link DockerUsage} would tell it; null if the process is not one
     * of that container, or cannot be seen from here.
     *
     * @param pid of its first process
     */
    @Nullable ContainerUsage read(String id, long pid) {
        Path process = proc.resolve(Long.toString(pid));
        try {
            Map<String, Path> groups = groups(process, id);
            Path memory = groups.get("memory");
            Path unified = groups.get("");
            if (memory != null) {
                return versionOne(memory, groups, process);
            }
            return unified == null ? null : versionTwo(unified, process);
        } catch (IOException | RuntimeException unreadable) {
            log.atTrace().setCause(unreadable).addKeyValue("id", id).log("not read");
            return null;
        }
    }

    /** Directories by controller; that of version 2 has no name. Only those that bear the id. */
    private Map<String, Path> groups(Path process, String id) throws IOException {
        Map<String, Path> groups = new HashMap<>();
        for (String line : Files.readAllLines(process.resolve("cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[2].contains(id)) {
                String within = parts[2].substring(1);
                for (String controller : parts[1].split(",", -1)) {
                    groups.put(controller, cgroups.resolve(controller).resolve(within));
                }
            }
        }
        return groups;
    }

    private ContainerUsage versionOne(Path memory, Map<String, Path> groups, Path process)
            throws IOException {
        long cache =
                value(Files.readAllLines(memory.resolve("memory.stat")), "total_inactive_file");
        long used = number(memory.resolve("memory.usage_in_bytes"));
        Path cpu = groups.get("cpuacct");
        Path blocks = groups.get("blkio");
        List<String> moved =
                blocks == null
                        ? List.of()
                        : Files.readAllLines(
                                blocks.resolve("blkio.throttle.io_service_bytes_recursive"));
        long[] network = network(process);
        return new ContainerUsage(
                cpu == null ? 0 : number(cpu.resolve("cpuacct.usage")),
                Math.max(0, used - cache),
                network[0],
                network[1],
                operations(moved, "read"),
                operations(moved, "write"));
    }

    private ContainerUsage versionTwo(Path group, Path process) throws IOException {
        long cache = value(Files.readAllLines(group.resolve("memory.stat")), "inactive_file");
        long used = number(group.resolve("memory.current"));
        List<String> moved = Files.readAllLines(group.resolve("io.stat"));
        long[] network = network(process);
        return new ContainerUsage(
                value(Files.readAllLines(group.resolve("cpu.stat")), "usage_usec")
                        * NANOS_PER_MICRO,
                Math.max(0, used - cache),
                network[0],
                network[1],
                assigned(moved, "rbytes="),
                assigned(moved, "wbytes="));
    }

    /** Received and sent; nothing of a container in the machine's own network. */
    private long[] network(Path process) throws IOException {
        Path own = proc.resolve("self/ns/net");
        Path theirs = process.resolve("ns/net");
        if (Files.isSymbolicLink(own)
                && Files.readSymbolicLink(own).equals(Files.readSymbolicLink(theirs))) {
            return new long[2];
        }
        long[] sum = new long[2];
        for (String line : Files.readAllLines(process.resolve("net/dev"))) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
                String[] columns = line.substring(colon + 1).strip().split("\\s+", -1);
                sum[0] += Long.parseLong(columns[0]);
                sum[1] += Long.parseLong(columns[8]);
            }
        }
        return sum;
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /** Of lines such as {@code inactive_file 4096}. */
    private static long value(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + ' '))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .sum();
    }

    /** Of lines such as {@code 8:0 Read 4096}. */
    private static long operations(List<String> lines, String operation) {
        return lines.stream()
                .map(line -> line.split(" ", -1))
                .filter(line -> line.length == 3)
                .filter(line -> line[1].toLowerCase(Locale.ROOT).equals(operation))
                .mapToLong(line -> Long.parseLong(line[2]))
                .sum();
    }

    /** Of lines such as {@code 8:0 rbytes=4096 wbytes=0}. */
    private static long assigned(List<String> lines, String name) {
        return lines.stream()
                .flatMap(line -> Stream.of(line.split(" ", -1)))
                .filter(word -> word.startsWith(name))
                .mapToLong(word -> Long.parseLong(word.substring(name.length())))
                .sum();
    }
}
