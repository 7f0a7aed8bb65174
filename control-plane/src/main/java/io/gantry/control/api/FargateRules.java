package io.gantry.control.api;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.LinuxParameters;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * What a definition may say if its tasks are to run on Fargate. Unlike in ECS its network mode may
 * be {@code bridge} or {@code none}, as long as no worker can give a task an interface of its own;
 * {@code awsvpc}, which ECS demands, is refused by name until then.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html">Task
 *     definition differences for Fargate</a>
 */
final class FargateRules {
    private static final int GIB = 1_024;
    private static final int LONGEST_TIMEOUT_SECONDS = 120;
    private static final int LEAST_START_SECONDS = 2;

    /** The memory that goes with a number of CPU units. */
    private record Memory(int least, int most, int step) {
        boolean allows(int memory) {
            return memory >= least && memory <= most && (memory - least) % step == 0;
        }
    }

    private static final Map<Integer, Memory> SIZES =
            Map.of(
                    512, new Memory(GIB, 4 * GIB, GIB),
                    1_024, new Memory(2 * GIB, 8 * GIB, GIB),
                    2_048, new Memory(4 * GIB, 16 * GIB, GIB),
                    4_096, new Memory(8 * GIB, 30 * GIB, GIB),
                    8_192, new Memory(16 * GIB, 60 * GIB, 4 * GIB),
                    16_384, new Memory(32 * GIB, 120 * GIB, 8 * GIB));

    private static final List<Integer> MEMORY_OF_SMALLEST = List.of(512, GIB, 2 * GIB);
    private static final int SMALLEST_CPU = 256;

    private FargateRules() {}

    /** Throws the first thing that keeps tasks of a definition from Fargate. */
    static void check(TaskDefinition definition, Function<String, EcsException> error) {
        String complaint = complaint(definition);
        if (complaint != null) {
            throw error.apply(complaint);
        }
    }

    /** Throws unless the task has one of Fargate's sizes. */
    static void checkSize(TaskDefinition definition, Function<String, EcsException> error) {
        String complaint = size(definition);
        if (complaint != null) {
            throw error.apply(complaint);
        }
    }

    /** Why tasks of the definition cannot run on Fargate; null if they can. */
    static @Nullable String complaint(TaskDefinition definition) {
        String size = size(definition);
        if (size != null) {
            return size;
        }
        if ("host".equals(definition.networkModeAsString())) {
            return "Fargate does not support network mode 'host'.";
        }
        if (definition.pidMode() != null && !"task".equals(definition.pidModeAsString())) {
            return "Fargate only supports pidMode 'task'.";
        }
        if (definition.ipcMode() != null) {
            return "Fargate does not support 'ipcMode'.";
        }
        return Stream.concat(
                        definition.volumes().stream()
                                .map(
                                        volume ->
                                                volume.dockerVolumeConfiguration() != null
                                                        ? volumes("dockerVolumeConfiguration")
                                                        : volume.host() != null
                                                                        && volume.host()
                                                                                        .sourcePath()
                                                                                != null
                                                                ? volumes("host.sourcePath")
                                                                : ""),
                        definition.containerDefinitions().stream().map(FargateRules::container))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String size(TaskDefinition definition) {
        if (definition.cpu() == null) {
            return "Fargate requires that 'cpu' be defined at the task level.";
        }
        if (definition.memory() == null) {
            return "Fargate requires that 'memory' be defined at the task level.";
        }
        int cpu = Integer.parseInt(definition.cpu());
        int memory = Integer.parseInt(definition.memory());
        Memory allowed = SIZES.get(cpu);
        boolean fits =
                cpu == SMALLEST_CPU
                        ? MEMORY_OF_SMALLEST.contains(memory)
                        : allowed != null && allowed.allows(memory);
        return fits ? null : "No Fargate configuration exists for given values.";
    }

    private static String volumes(String member) {
        return "Fargate does not support '" + member + "' of volumes.";
    }

    /** What is wrong with a container; empty for nothing. */
    private static String container(ContainerDefinition container) {
        if (Boolean.TRUE.equals(container.privileged())) {
            return unsupported("privileged", container);
        }
        if (!container.links().isEmpty()) {
            return unsupported("links", container);
        }
        if (!container.dockerSecurityOptions().isEmpty()) {
            return unsupported("dockerSecurityOptions", container);
        }
        if (!container.resourceRequirements().isEmpty()) {
            return unsupported("resourceRequirements", container);
        }
        if (isBeyond(container.stopTimeout(), 0)) {
            return "Fargate supports a 'stopTimeout' of up to 120 seconds: container '"
                    + container.name()
                    + "'.";
        }
        if (isBeyond(container.startTimeout(), LEAST_START_SECONDS)) {
            return "Fargate supports a 'startTimeout' from 2 to 120 seconds: container '"
                    + container.name()
                    + "'.";
        }
        String parameter = linux(container.linuxParameters());
        return parameter == null ? "" : unsupported("linuxParameters." + parameter, container);
    }

    private static boolean isBeyond(@Nullable Integer seconds, int least) {
        return seconds != null && (seconds < least || seconds > LONGEST_TIMEOUT_SECONDS);
    }

    private static String unsupported(String member, ContainerDefinition container) {
        return "Fargate does not support '" + member + "': container '" + container.name() + "'.";
    }

    /** The parameter that Fargate does not have; null for none. */
    private static @Nullable String linux(@Nullable LinuxParameters linux) {
        if (linux == null) {
            return null;
        }
        if (!linux.devices().isEmpty()) {
            return "devices";
        }
        if (linux.sharedMemorySize() != null) {
            return "sharedMemorySize";
        }
        if (!linux.tmpfs().isEmpty()) {
            return "tmpfs";
        }
        if (linux.maxSwap() != null || linux.swappiness() != null) {
            return "maxSwap";
        }
        boolean more =
                linux.capabilities() != null
                        && linux.capabilities().add().stream()
                                .anyMatch(name -> !name.equals("SYS_PTRACE"));
        return more ? "capabilities.add" : null;
    }
}
