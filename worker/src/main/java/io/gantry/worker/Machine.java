package io.gantry.worker;

import io.gantry.common.model.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What this machine is. */
final class Machine {
    private static final int UNITS_PER_CORE = 1024;

    private Machine() {}

    static Resources total() {
        return new Resources(
                Runtime.getRuntime().availableProcessors() * UNITS_PER_CORE, memoryMib());
    }

    private static int memoryMib() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemTotal:")) {
                    return (int) (Long.parseLong(line.replaceAll("\\D", "")) / 1024);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        throw new IllegalStateException("/proc/meminfo does not tell how much memory there is");
    }

    static Map<String, String> attributes() {
        String architecture = System.getProperty("os.arch", "");
        return Map.of(
                "ecs.os-type",
                "linux",
                "ecs.os-family",
                "LINUX",
                "ecs.cpu-architecture",
                architecture.equals("aarch64") ? "arm64" : "x86_64");
    }

    /** Ids of the NVIDIA graphics processors, as their driver tells them. */
    static List<String> gpus() {
        return gpus(Path.of("/proc/driver/nvidia/gpus"));
    }

    static List<String> gpus(Path ofDriver) {
        if (!Files.isDirectory(ofDriver)) {
            return List.of();
        }
        List<String> ids = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(ofDriver)) {
            for (Path gpu : all) {
                for (String line : Files.readAllLines(gpu.resolve("information"))) {
                    if (line.startsWith("GPU UUID:")) {
                        ids.add(line.substring(line.indexOf(':') + 1).strip());
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Collections.sort(ids);
        return ids;
    }

    /** What holds for every worker, whatever runs its containers. */
    static List<String> capabilities() {
        return List.of(
                "ecs.capability.container-ordering",
                "ecs.capability.full-sync",
                "ecs.capability.container-restart-policy",
                "ecs.capability.external");
    }
}
