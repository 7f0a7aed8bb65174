package io.gantry.worker.runtime;

import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.ContainerKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of containers and volumes. They are made from the task alone, so that the same order
 * carried out twice meets its own result.
 */
public final class ContainerNames {
    private static final int HEX_BYTES = 10;

    private ContainerNames() {}

    public static String container(AcsTask task, String containerName) {
        return name(task, containerName, new ContainerKey(task.arn(), containerName).toString());
    }

    public static String volume(AcsTask task, String volumeName) {
        return name(task, volumeName, task.arn() + " volume " + volumeName);
    }

    private static String name(AcsTask task, String name, String unique) {
        return "ecs-%s-%s-%s-%s"
                .formatted(
                        task.family() == null ? "task" : task.family(),
                        task.version() == null ? "0" : task.version(),
                        name.replaceAll("[^A-Za-z0-9]", ""),
                        HexFormat.of().formatHex(hash(unique), 0, HEX_BYTES));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every JDK has SHA-256", missing);
        }
    }
}
