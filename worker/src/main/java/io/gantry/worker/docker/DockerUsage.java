package io.gantry.worker.docker;

import com.github.dockerjava.api.model.BlkioStatEntry;
import com.github.dockerjava.api.model.BlkioStatsConfig;
import com.github.dockerjava.api.model.CpuStatsConfig;
import com.github.dockerjava.api.model.CpuUsageConfig;
import com.github.dockerjava.api.model.MemoryStatsConfig;
import com.github.dockerjava.api.model.StatisticNetworksConfig;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.StatsConfig;
import io.gantry.worker.runtime.ContainerUsage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the engine's statistics. */
final class DockerUsage {

    private DockerUsage() {}

    static ContainerUsage of(Statistics statistics) {
        long received = 0;
        long sent = 0;
        Map<String, StatisticNetworksConfig> networks = statistics.getNetworks();
        if (networks != null) {
            for (StatisticNetworksConfig network : networks.values()) {
                received += orZero(network.getRxBytes());
                sent += orZero(network.getTxBytes());
            }
        }
        return new ContainerUsage(
                cpu(statistics.getCpuStats()),
                memory(statistics.getMemoryStats()),
                received,
                sent,
                blocks(statistics.getBlkioStats(), "read"),
                blocks(statistics.getBlkioStats(), "write"));
    }

    private static long cpu(@Nullable CpuStatsConfig cpu) {
        CpuUsageConfig usage = cpu == null ? null : cpu.getCpuUsage();
        return usage == null ? 0 : orZero(usage.getTotalUsage());
    }

    /** Without the page cache that the kernel could take back, as {@code docker stats} shows it. */
    private static long memory(@Nullable MemoryStatsConfig memory) {
        if (memory == null) {
            return 0;
        }
        StatsConfig details = memory.getStats();
        Long cache = null;
        if (details != null) {
            cache = details.getTotalInactiveFile();
            cache = cache == null ? details.getInactiveFile() : cache;
        }
        return Math.max(0, orZero(memory.getUsage()) - orZero(cache));
    }

    private static long blocks(@Nullable BlkioStatsConfig blocks, String operation) {
        List<BlkioStatEntry> entries = blocks == null ? null : blocks.getIoServiceBytesRecursive();
        if (entries == null) {
            return 0;
        }
        return entries.stream()
                .filter(
                        entry ->
                                operation.equals(
                                        String.valueOf(entry.getOp()).toLowerCase(Locale.ROOT)))
                .mapToLong(entry -> orZero(entry.getValue()))
                .sum();
    }

    private static long orZero(@Nullable Long number) {
        return number == null ? 0 : number;
    }
}
