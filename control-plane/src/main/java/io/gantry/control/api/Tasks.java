package io.gantry.control.api;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskOf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DescribeTasksRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTasksResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.ListTasksResponse;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.StartTaskRequest;
import software.amazon.awssdk.services.ecs.model.StartTaskResponse;
import software.amazon.awssdk.services.ecs.model.StopTaskRequest;
import software.amazon.awssdk.services.ecs.model.StopTaskResponse;
import software.amazon.awssdk.services.ecs.model.TaskField;

/** The operations on tasks. */
final class Tasks {
    private static final int PAGE = 100;
    private static final int MOST_DESCRIBED = 100;
    private static final int LONGEST_REASON = 1_024;

    private final ApiContext context;
    private final Quorum quorum;

    Tasks(ApiContext context, Quorum quorum) {
        this.context = context;
        this.quorum = quorum;
    }

    RunTaskResponse run(RunTaskRequest request) {
        return new RunTask(context, quorum, quorum.fresh(), request).run();
    }

    StartTaskResponse start(StartTaskRequest request) {
        return new StartTask(context, quorum, quorum.fresh(), request).run();
    }

    StopTaskResponse stop(StopTaskRequest request) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        String reason = request.reason();
        if (reason != null && reason.length() > LONGEST_REASON) {
            throw ApiErrors.invalid("'reason' can have up to 1024 characters.");
        }
        Task task = find(state, refs.task(cluster, request.task()), cluster);
        if (task == null) {
            throw ApiErrors.invalid("The referenced task was not found.");
        }
        quorum.accept(
                new Command.StopTask(
                        task.id(),
                        "UserInitiated",
                        reason == null || reason.isEmpty() ? "Task stopped by user" : reason));
        ClusterState after = quorum.state();
        Task stopped = after.described(task.id());
        return StopTaskResponse.builder()
                .task(new TaskView(after).of(stopped == null ? task : stopped, false))
                .build();
    }

    /** A task of the cluster, or null. */
    static @Nullable Task find(ClusterState state, @Nullable TaskId id, String cluster) {
        Task task = id == null ? null : state.described(id);
        return task != null && task.cluster().equals(cluster) ? task : null;
    }

    DescribeTasksResponse describe(DescribeTasksRequest request) {
        if (request.tasks().isEmpty()) {
            throw ApiErrors.invalid("Tasks cannot be empty.");
        }
        if (request.tasks().size() > MOST_DESCRIBED) {
            throw ApiErrors.invalid("Tasks cannot have more than 100 elements.");
        }
        ApiErrors.checkModel(request, ApiErrors::invalid);
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        String cluster = refs.cluster(state, request.cluster()).name();
        boolean tagged = request.include().contains(TaskField.TAGS);
        var view = new TaskView(state);
        var found = new ArrayList<software.amazon.awssdk.services.ecs.model.Task>();
        var failures = new ArrayList<Failure>();
        for (String given : request.tasks()) {
            Task task = find(state, refs.task(cluster, given), cluster);
            if (task == null) {
                failures.add(Views.missing(names.task(cluster, refs.taskId(cluster, given))));
            } else {
                found.add(view.of(task, tagged));
            }
        }
        return DescribeTasksResponse.builder().tasks(found).failures(failures).build();
    }

    ListTasksResponse list(ListTasksRequest request) {
        boolean narrowed =
                request.family() != null
                        || request.serviceName() != null
                        || request.daemonName() != null
                        || request.containerInstance() != null;
        if (request.startedBy() != null && narrowed) {
            throw ApiErrors.invalid("If you filter by startedBy, it must be the only filter.");
        }
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        String cluster = new Refs(names).cluster(state, request.cluster()).name();
        String desired =
                request.desiredStatus() == null ? "RUNNING" : request.desiredStatusAsString();
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of("T", filters(request), cluster, desired));
        TaskId last = pages.last(TaskId::parse);
        Predicate<Task> wanted =
                filter(request)
                        .and(task -> last == null || task.id().compareTo(last) > 0)
                        .and(task -> task.desired().name().equals(desired));
        Candidates all = candidates(state, cluster, request, last);
        // A task that is asked to stop is listed among those that have stopped.
        Stream<Task> rows =
                Stream.of(
                                all.alive,
                                desired.equals("RUNNING") ? Stream.<Task>of() : all.stopped,
                                all.unplaced)
                        .flatMap(each -> each.filter(wanted).limit(PAGE + 1))
                        .sorted(Comparator.comparing(Task::id));
        var page = pages.cut(rows, Task::id);
        return ListTasksResponse.builder()
                .taskArns(page.rows().stream().map(task -> names.task(cluster, task.id())).toList())
                .nextToken(page.nextToken())
                .build();
    }

    /** The filters apart from those that may be said in two ways. */
    private static String filters(ListTasksRequest request) {
        return request.toBuilder()
                .nextToken(null)
                .maxResults(null)
                .cluster(null)
                .desiredStatus((String) null)
                .build()
                .toString();
    }

    /**
     * Tasks that may be listed, each in the order of their ids.
     *
     * @param unplaced those that wait for a place, or have stopped without one
     */
    private record Candidates(Stream<Task> alive, Stream<Task> stopped, Stream<Task> unplaced) {
        Candidates(Stream<Task> alive, Stream<Task> stopped) {
            this(alive, stopped, Stream.of());
        }
    }

    /** The tasks of the narrowest group that the request names. */
    private static Candidates candidates(
            ClusterState state, String cluster, ListTasksRequest request, @Nullable TaskId last) {
        var refs = new Refs(Names.of(state));
        WorkerId worker = null;
        if (request.containerInstance() != null) {
            worker = refs.instance(cluster, request.containerInstance());
            if (worker == null || ContainerInstances.find(state, worker, cluster) == null) {
                throw ApiErrors.invalid("The specified container instance does not exist.");
            }
        }
        if (request.serviceName() != null) {
            ServiceKey service = refs.service(cluster, request.serviceName());
            if (state.services().get(service) == null) {
                throw ApiErrors.noService();
            }
            WorkerId where = worker;
            Predicate<Task> there = task -> where == null || task.worker().equals(where);
            return new Candidates(
                    state.aliveOf(service).filter(there),
                    state.tasksOf(service).filter(task -> !task.alive()).filter(there));
        }
        if (request.daemonName() != null) {
            ServiceKey daemon = ServiceKey.ofDaemon(cluster, request.daemonName());
            WorkerId where = worker;
            Predicate<Task> there = task -> where == null || task.worker().equals(where);
            return new Candidates(
                    state.aliveOf(daemon).filter(there),
                    state.tasksOf(daemon).filter(task -> !task.alive()).filter(there));
        }
        if (worker != null) {
            return new Candidates(
                    state.aliveOn(worker), state.tasksOn(worker).filter(task -> !task.alive()));
        }
        TaskId from = last == null ? TaskOf.NO_TASK : last;
        return new Candidates(
                state.tasksIn(cluster, false, from),
                state.tasksIn(cluster, true, from),
                Stream.concat(state.jobs().waitingIn(cluster), state.jobs().stoppedIn(cluster))
                        .sorted(Comparator.comparing(Job::id))
                        .map(Job::shown));
    }

    private static Predicate<Task> filter(ListTasksRequest request) {
        Predicate<Task> filter = task -> true;
        if (request.family() != null) {
            filter = filter.and(task -> task.taskDefinition().family().equals(request.family()));
        }
        if (request.startedBy() != null) {
            filter = filter.and(task -> request.startedBy().equals(task.startedBy()));
        }
        if (request.launchType() != null) {
            filter = filter.and(task -> task.launchType().equals(request.launchTypeAsString()));
        }
        return filter;
    }
}
