package io.gantry.control.core.state;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/**
 * One run of a task definition on one worker, never moved. Managers alone write {@code desired},
 * the worker's reports alone move {@code last}, and both only go forward.
 *
 * @param version counts changes, as ECS shows it
 */
public record Task(TaskId id, Origin origin, List<Tag> tags, Progress progress, long version) {

    public Task {
        tags = List.copyOf(tags);
    }

    /**
     * What was settled when it was placed.
     *
     * @param footprint what it has set aside on its worker
     * @param service null for a task started by itself
     * @param deployment number of the deployment that started it, 0 without service
     * @param launchType EC2, FARGATE or EXTERNAL
     * @param gpus ids of the GPUs that it has to itself, by the name of the container
     * @param loss when it is given up because nothing is heard of its worker; null for never
     * @param provision its capacity beyond the launch type; null for nothing special
     */
    public record Origin(
            String cluster,
            TaskDefinitionKey taskDefinition,
            WorkerId worker,
            Footprint footprint,
            @Nullable ServiceKey service,
            long deployment,
            String group,
            @Nullable String startedBy,
            String launchType,
            @Nullable TaskOverride overrides,
            boolean executeCommand,
            Map<String, List<String>> gpus,
            @Nullable Loss loss,
            @Nullable Provision provision) {
        public Origin {
            var sorted = new TreeMap<String, List<String>>();
            gpus.forEach((container, ids) -> sorted.put(container, List.copyOf(ids)));
            gpus = sorted.isEmpty() ? Map.of() : Collections.unmodifiableMap(sorted);
        }

        /** Ids of the GPUs of all its containers. */
        public List<String> gpuIds() {
            return gpus.values().stream().flatMap(List::stream).toList();
        }
    }

    /**
     * How far it is.
     *
     * @param stopCode in ECS's words, once it is known why the task stops
     * @param protectedUntil until then its service's scheduler leaves it alone, in milliseconds
     *     since the epoch; null for never, as nearly all tasks are
     * @param lost whether its worker is lost; what runs in its place is not to run beside it
     */
    public record Progress(
            Status last,
            Status desired,
            List<Container> containers,
            Times times,
            @Nullable String stopCode,
            @Nullable String stoppedReason,
            @Nullable Long protectedUntil,
            boolean lost) {
        public Progress {
            containers = List.copyOf(containers);
        }

        private Progress stopping(@Nullable String code, @Nullable String reason, long nowMillis) {
            boolean first = stopCode == null;
            return new Progress(
                    last,
                    Status.STOPPED,
                    containers,
                    times.stopping(nowMillis),
                    first ? code : stopCode,
                    first ? reason : stoppedReason,
                    protectedUntil,
                    lost);
        }

        private Progress observed(Status status, List<Container> seen, Times seenTimes) {
            return new Progress(
                    last.latest(status),
                    desired,
                    seen,
                    seenTimes,
                    stopCode,
                    stoppedReason,
                    protectedUntil,
                    lost);
        }

        private Progress protectedUntil(@Nullable Long millis) {
            return new Progress(
                    last, desired, containers, times, stopCode, stoppedReason, millis, lost);
        }

        private Progress lost(boolean now) {
            return new Progress(
                    last, desired, containers, times, stopCode, stoppedReason, protectedUntil, now);
        }
    }

    /** A task that has been placed and that its worker has not heard of. */
    public static Task placed(
            TaskId id, Origin origin, List<Tag> tags, List<Container> containers, long nowMillis) {
        var begin =
                new Progress(
                        Status.PENDING,
                        Status.RUNNING,
                        containers,
                        Times.created(nowMillis),
                        null,
                        null,
                        null,
                        false);
        return new Task(id, origin, tags, begin, 1);
    }

    /**
     * How far a task or a container is. The order is that of life: it is never walked backwards.
     */
    public enum Status {
        PENDING,
        RUNNING,
        STOPPED;

        /** 1 for a status that counts as running. */
        public int running() {
            return this == RUNNING ? 1 : 0;
        }

        /** 1 for a status that counts as pending. */
        public int pending() {
            return this == PENDING ? 1 : 0;
        }

        Status latest(Status other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** What a container's health check says. ECS shows UNKNOWN where there is no check. */
    public enum Health {
        UNCHECKED,
        UNKNOWN,
        HEALTHY,
        UNHEALTHY
    }

    /**
     * A container of a task.
     *
     * @param id a UUID, part of its ARN
     * @param essential whether the task stops with it
     * @param exitCode null while it runs, and if it never ran
     */
    public record Container(
            String name,
            String id,
            boolean essential,
            Status last,
            @Nullable Integer exitCode,
            @Nullable String reason,
            @Nullable String runtimeId,
            @Nullable String imageDigest,
            List<NetworkBinding> bindings,
            Health health) {
        public Container {
            bindings = List.copyOf(bindings);
        }

        /** A container that nothing is known of yet. */
        public static Container placed(String name, String id, boolean essential, Health health) {
            return new Container(
                    name, id, essential, Status.PENDING, null, null, null, null, List.of(), health);
        }

        public Container stopped() {
            return new Container(
                    name,
                    id,
                    essential,
                    Status.STOPPED,
                    exitCode,
                    reason,
                    runtimeId,
                    imageDigest,
                    bindings,
                    health);
        }
    }

    /**
     * When a task passed the points of its life, in milliseconds since the epoch; 0 for not yet.
     */
    public record Times(
            long createdAt,
            long connectivityAt,
            long pullStartedAt,
            long pullStoppedAt,
            long startedAt,
            long stoppingAt,
            long executionStoppedAt,
            long stoppedAt) {

        public static Times created(long nowMillis) {
            return new Times(nowMillis, nowMillis, 0, 0, 0, 0, 0, 0);
        }

        public Times stopping(long nowMillis) {
            return new Times(
                    createdAt,
                    connectivityAt,
                    pullStartedAt,
                    pullStoppedAt,
                    startedAt,
                    stoppingAt == 0 ? nowMillis : stoppingAt,
                    executionStoppedAt,
                    stoppedAt);
        }

        /** Its agent has reported the end; of a task that has run, at the latest now. */
        public Times stopped(long nowMillis) {
            long executed =
                    executionStoppedAt == 0 && startedAt != 0 ? nowMillis : executionStoppedAt;
            return ended(executed, nowMillis);
        }

        /** It counts as stopped, but nobody has seen when its containers did. */
        public Times givenUp(long nowMillis) {
            return ended(executionStoppedAt, nowMillis);
        }

        private Times ended(long executed, long nowMillis) {
            return new Times(
                    createdAt,
                    connectivityAt,
                    pullStartedAt,
                    pullStoppedAt,
                    startedAt,
                    stoppingAt == 0 ? nowMillis : stoppingAt,
                    executed,
                    stoppedAt == 0 ? nowMillis : stoppedAt);
        }
    }

    public String cluster() {
        return origin.cluster();
    }

    public TaskDefinitionKey taskDefinition() {
        return origin.taskDefinition();
    }

    public WorkerId worker() {
        return origin.worker();
    }

    public Footprint footprint() {
        return origin.footprint();
    }

    public @Nullable ServiceKey service() {
        return origin.service();
    }

    public long deployment() {
        return origin.deployment();
    }

    public String group() {
        return origin.group();
    }

    public @Nullable String startedBy() {
        return origin.startedBy();
    }

    public String launchType() {
        return origin.launchType();
    }

    /** Its capacity beyond the launch type. */
    public Provision provision() {
        return Objects.requireNonNullElse(origin.provision(), Provision.NONE);
    }

    public @Nullable TaskOverride overrides() {
        return origin.overrides();
    }

    /** Ids of the GPUs that it has to itself, by the name of the container. */
    public Map<String, List<String>> gpus() {
        return origin.gpus();
    }

    public boolean executeCommand() {
        return origin.executeCommand();
    }

    public Status last() {
        return progress.last();
    }

    public Status desired() {
        return progress.desired();
    }

    public List<Container> containers() {
        return progress.containers();
    }

    public Times times() {
        return progress.times();
    }

    public @Nullable String stopCode() {
        return progress.stopCode();
    }

    public @Nullable String stoppedReason() {
        return progress.stoppedReason();
    }

    /** Until when its service's scheduler leaves it alone; 0 for never. */
    public long protectedUntilMillis() {
        Long until = progress.protectedUntil();
        return until == null ? 0 : until;
    }

    /** Whether its service's scheduler has to leave it alone. */
    public boolean isProtected(long nowMillis) {
        return alive() && wanted() && protectedUntilMillis() > nowMillis;
    }

    /** Whether it still has, or may still get, processes of its own. */
    public boolean alive() {
        return last() != Status.STOPPED;
    }

    /** When it is given up because nothing is heard of its worker; null for never. */
    public @Nullable Loss loss() {
        return origin.loss();
    }

    /** Whether its worker is lost, so that another task is to run in its place. */
    public boolean lost() {
        return alive() && progress.lost();
    }

    /** Whether it should run. */
    public boolean wanted() {
        return desired() == Status.RUNNING;
    }

    /** Health of the whole, as ECS defines it from the essential containers; never UNCHECKED. */
    public Health health() {
        var worst = Health.HEALTHY;
        for (Container container : containers()) {
            if (!container.essential() || container.health() == Health.HEALTHY) {
                continue;
            }
            if (container.health() == Health.UNHEALTHY) {
                return Health.UNHEALTHY;
            }
            worst = Health.UNKNOWN;
        }
        return worst;
    }

    /** Whether an essential container has a health check. */
    public boolean checked() {
        return containers().stream()
                .anyMatch(each -> each.essential() && each.health() != Health.UNCHECKED);
    }

    /** Whether every health check of an essential container is passed. */
    public boolean passing() {
        return containers().stream()
                .filter(Container::essential)
                .allMatch(
                        each ->
                                each.health() == Health.UNCHECKED
                                        || each.health() == Health.HEALTHY);
    }

    /** A task that should stop, with the reason, unless an earlier one is known. */
    public Task stopping(@Nullable String code, @Nullable String reason, long nowMillis) {
        return with(progress.stopping(code, reason, nowMillis));
    }

    /** What a report makes of the task; {@code status} never moves it back. */
    public Task observed(Status status, List<Container> seen, Times seenTimes) {
        return with(progress.observed(status, seen, seenTimes));
    }

    /** Protected until then, or no longer with 0; ECS does not count that as a change. */
    public Task protectedUntil(long millis) {
        return with(progress.protectedUntil(millis == 0 ? null : millis));
    }

    /** Lost with its worker, or back with it. */
    public Task lost(boolean now) {
        return with(progress.lost(now));
    }

    /** The same task, if it were on another machine. */
    public Task on(WorkerId other) {
        var there =
                new Origin(
                        origin.cluster,
                        origin.taskDefinition,
                        other,
                        origin.footprint,
                        origin.service,
                        origin.deployment,
                        origin.group,
                        origin.startedBy,
                        origin.launchType,
                        origin.overrides,
                        origin.executeCommand,
                        origin.gpus,
                        origin.loss,
                        origin.provision);
        return new Task(TaskOf.NO_TASK, there, tags, progress.protectedUntil(null), version);
    }

    private Task with(Progress next) {
        return new Task(id, origin, tags, next, version);
    }

    /** With other tags, which ECS does not count as a change. */
    public Task tagged(List<Tag> next) {
        return new Task(id, origin, next, progress, version);
    }

    /** The next version: however much has changed at once, it counts as one change. */
    public Task counted() {
        return new Task(id, origin, tags, progress, version + 1);
    }
}
