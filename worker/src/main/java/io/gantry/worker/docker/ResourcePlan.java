package io.gantry.worker.docker;

import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.HostConfig;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a container may use: processor, memory, graphics processors. */
final class ResourcePlan {
    private static final long MIB = 1L << 20;
    private static final int LOWEST_SHARES = 2;
    private static final int LOWEST_MEMORY_MIB = 6;

    private ResourcePlan() {}

    static void apply(
            AcsTask task, AcsContainer container, @Nullable String cgroupParent, HostConfig host) {
        host.withCpuShares(Math.max(LOWEST_SHARES, orZero(container.cpu())));
        int own = orZero(container.memory());
        int memoryMib = own > 0 ? own : orZero(task.memory());
        if (memoryMib > 0) {
            host.withMemory(Math.max(LOWEST_MEMORY_MIB, memoryMib) * MIB);
        }
        if (cgroupParent != null) {
            host.withCgroupParent(cgroupParent);
        }
        List<String> gpus = gpus(task, container);
        if (!gpus.isEmpty()) {
            host.withDeviceRequests(
                    List.of(
                            new DeviceRequest()
                                    .withDriver("nvidia")
                                    .withDeviceIds(gpus)
                                    .withCapabilities(List.of(List.of("gpu")))));
        }
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    /** Ids of the graphics processors that were chosen for {@code container}. */
    static List<String> gpus(AcsTask task, AcsContainer container) {
        return task.associations().stream()
                .filter(one -> "gpu".equals(one.type()))
                .filter(one -> one.containers().contains(container.name()))
                .map(one -> String.valueOf(one.name()))
                .sorted()
                .toList();
    }
}
