package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A task as task metadata shows it; the members come in the agent's order. */
final class TaskDocument {
    private final String cluster;
    private final String zone;
    private final ContainerDocument containers;

    TaskDocument(String cluster, String zone, ContainerDocument containers) {
        this.cluster = cluster;
        this.zone = zone;
        this.containers = containers;
    }

    /**
     * Tags that were asked for.
     *
     * @param task null if nobody asked, or nobody could tell
     * @param instance likewise
     * @param errors what went wrong, in the members that the agent has for it
     */
    record Tags(
            @Nullable Map<String, String> task,
            @Nullable Map<String, String> instance,
            List<ObjectNode> errors) {
        static final Tags NONE = new Tags(null, null, List.of());

        Tags {
            errors = List.copyOf(errors);
        }
    }

    ObjectNode version4(LocalTask task, Tags tags) {
        ObjectNode node = head(task);
        limitsAndTimes(node, task);
        tags(node, tags);
        AcsTask spec = task.spec();
        node.put("LaunchType", spec.launchType() == null ? "EC2" : spec.launchType());
        if (!tags.errors().isEmpty()) {
            node.putArray("Errors").addAll(tags.errors());
        }
        List<LocalContainer> made = made(task);
        if (!made.isEmpty()) {
            ArrayNode all = node.putArray("Containers");
            made.forEach(container -> all.add(containers.version4(task, container)));
        }
        if (spec.serviceName() != null && !spec.serviceName().isEmpty()) {
            node.put("ServiceName", spec.serviceName());
        }
        node.put("FaultInjectionEnabled", Boolean.TRUE.equals(spec.enableFaultInjection()));
        return node;
    }

    ObjectNode version3(LocalTask task, Tags tags) {
        ObjectNode node = head(task);
        List<LocalContainer> made = made(task);
        if (!made.isEmpty()) {
            ArrayNode all = node.putArray("Containers");
            made.forEach(container -> all.add(containers.version3(task, container)));
        }
        limitsAndTimes(node, task);
        tags(node, tags);
        return node;
    }

    /** The agent shows no container before its image is there. */
    private static List<LocalContainer> made(LocalTask task) {
        return task.containers().stream()
                .filter(container -> !ContainerDocument.status(container).equals("NONE"))
                .toList();
    }

    private ObjectNode head(LocalTask task) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.put("Cluster", cluster);
        node.put("TaskARN", task.arn());
        node.put("Family", ContainerDocument.orEmpty(task.spec().family()));
        node.put("Revision", ContainerDocument.orEmpty(task.spec().version()));
        node.put("DesiredStatus", task.stopWanted() ? AcsTask.STOPPED : AcsTask.RUNNING);
        node.put("KnownStatus", status(task));
        return node;
    }

    /** How far the task is, in the agent's words: as far as its last container. */
    static String status(LocalTask task) {
        return switch (task.status()) {
            case RUNNING -> AcsTask.RUNNING;
            case STOPPED -> AcsTask.STOPPED;
            case PENDING ->
                    task.containers().stream()
                                    .map(ContainerDocument::status)
                                    .anyMatch(
                                            status ->
                                                    status.equals("NONE")
                                                            || status.equals("PULLED"))
                            ? "NONE"
                            : "CREATED";
        };
    }

    private void limitsAndTimes(ObjectNode node, LocalTask task) {
        AcsTask spec = task.spec();
        if (spec.cpu() != null || spec.memory() != null) {
            ObjectNode limits = node.putObject("Limits");
            if (spec.cpu() != null) {
                limits.put("CPU", plain(spec.cpu()));
            }
            if (spec.memory() != null) {
                limits.put("Memory", spec.memory());
            }
        }
        putTime(node, "PullStartedAt", task.pullStartedAtMillis());
        putTime(node, "PullStoppedAt", task.pullStoppedAtMillis());
        putTime(node, "ExecutionStoppedAt", task.executionStoppedAtMillis());
        node.put("AvailabilityZone", zone);
    }

    /** Whole numbers without a decimal point. */
    private static BigDecimal plain(double number) {
        BigDecimal exact = BigDecimal.valueOf(number).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    private static void putTime(ObjectNode node, String name, @Nullable Long millis) {
        if (millis != null) {
            node.put(name, ContainerDocument.time(millis));
        }
    }

    private static void tags(ObjectNode node, Tags tags) {
        put(node, "TaskTags", tags.task());
        put(node, "ContainerInstanceTags", tags.instance());
    }

    private static void put(ObjectNode node, String name, @Nullable Map<String, String> tags) {
        if (tags != null && !tags.isEmpty()) {
            ObjectNode all = node.putObject(name);
            tags.forEach(all::put);
        }
    }
}
