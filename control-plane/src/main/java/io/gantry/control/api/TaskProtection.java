package io.gantry.control.api;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.GetTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.GetTaskProtectionResponse;
import software.amazon.awssdk.services.ecs.model.ProtectedTask;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionResponse;

/**
 * The operations by which tasks of services are kept from being scaled in.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html">Task
 *     scale-in protection</a>
 */
final class TaskProtection {
    private static final int MOST_READ = 100;
    private static final int MOST_CHANGED = 10;
    private static final int SHORTEST_MINUTES = 1;
    private static final int LONGEST_MINUTES = 2_880;
    private static final int DEFAULT_MINUTES = 120;
    private static final long MILLIS_PER_MINUTE = 60_000;

    private final Quorum quorum;

    TaskProtection(Quorum quorum) {
        this.quorum = quorum;
    }

    GetTaskProtectionResponse read(GetTaskProtectionRequest request) {
        checkCount(request.tasks(), MOST_READ);
        ClusterState state = quorum.fresh();
        var answer = new Answer(state, request.cluster());
        for (String given : request.tasks()) {
            Task task = answer.find(given);
            if (task != null) {
                answer.show(task);
            }
        }
        return GetTaskProtectionResponse.builder()
                .protectedTasks(answer.shown)
                .failures(answer.failures)
                .build();
    }

    UpdateTaskProtectionResponse update(UpdateTaskProtectionRequest request) {
        checkCount(request.tasks(), MOST_CHANGED);
        int minutes = Objects.requireNonNullElse(request.expiresInMinutes(), DEFAULT_MINUTES);
        if (minutes < SHORTEST_MINUTES || minutes > LONGEST_MINUTES) {
            throw ApiErrors.invalid(
                    "Invalid value for 'expiresInMinutes'. The value must be between 1 and 2880.");
        }
        var known = new Answer(quorum.fresh(), request.cluster());
        List<TaskId> tasks =
                request.tasks().stream()
                        .map(known::find)
                        .filter(Objects::nonNull)
                        .filter(Task::wanted)
                        .map(Task::id)
                        .distinct()
                        .toList();
        Set<TaskId> blocked = Set.of();
        if (!tasks.isEmpty()) {
            long millis = request.protectionEnabled() ? minutes * MILLIS_PER_MINUTE : 0;
            Reply reply = quorum.accept(new Command.ProtectTasks(tasks, millis));
            if (!(reply instanceof Reply.Protected(_, List<TaskId> refused))) {
                throw new IllegalStateException("unexpected reply " + reply);
            }
            blocked = new HashSet<>(refused);
        }
        return answer(request, blocked);
    }

    /** What has become of the tasks; some may have stopped in the meantime. */
    private UpdateTaskProtectionResponse answer(
            UpdateTaskProtectionRequest request, Set<TaskId> blocked) {
        var answer = new Answer(quorum.state(), request.cluster());
        for (String given : request.tasks()) {
            Task task = answer.find(given);
            if (task == null) {
                continue;
            }
            if (blocked.contains(task.id())) {
                answer.fail(
                        task,
                        "DEPLOYMENT_BLOCKED",
                        "The service has as many protected tasks as it should have tasks, or more."
                                + " End the protection of others, wait for it to expire, or"
                                + " increase the desired count.");
            } else if (!task.wanted()) {
                answer.fail(task, "TASK_NOT_VALID", "The task has stopped or is stopping.");
            } else {
                answer.show(task);
            }
        }
        return UpdateTaskProtectionResponse.builder()
                .protectedTasks(answer.shown)
                .failures(answer.failures)
                .build();
    }

    private static void checkCount(List<String> tasks, int most) {
        if (tasks.isEmpty()) {
            throw ApiErrors.invalid("Tasks cannot be empty.");
        }
        if (tasks.size() > most) {
            throw ApiErrors.invalid("Tasks cannot have more than " + most + " elements.");
        }
    }

    /** Protections as a state has them, and what is wrong with the rest. */
    private static final class Answer {
        private final ClusterState state;
        private final Names names;
        private final Refs refs;
        private final String cluster;
        private final List<ProtectedTask> shown = new ArrayList<>();
        private final List<Failure> failures = new ArrayList<>();

        Answer(ClusterState state, String cluster) {
            this.state = state;
            this.names = Names.of(state);
            this.refs = new Refs(names);
            this.cluster = refs.cluster(state, cluster).name();
        }

        /** A task of a service; null for others, which are put down as failures. */
        @Nullable Task find(String given) {
            Task task = Tasks.find(state, refs.task(cluster, given), cluster);
            if (task == null) {
                failures.add(Views.missing(names.task(cluster, refs.taskId(cluster, given))));
                return null;
            }
            if (task.service() == null || task.service().isDaemon()) {
                fail(
                        task,
                        "TASK_NOT_VALID",
                        "The task does not belong to a service. Only tasks of services can be"
                                + " protected.");
                return null;
            }
            return task;
        }

        void fail(Task task, String reason, String detail) {
            failures.add(
                    Failure.builder()
                            .arn(names.task(cluster, task.id()))
                            .reason(reason)
                            .detail(detail)
                            .build());
        }

        void show(Task task) {
            boolean now = task.isProtected(state.nowMillis());
            shown.add(
                    ProtectedTask.builder()
                            .taskArn(names.task(cluster, task.id()))
                            .protectionEnabled(now)
                            .expirationDate(now ? Views.time(task.protectedUntilMillis()) : null)
                            .build());
        }
    }
}
