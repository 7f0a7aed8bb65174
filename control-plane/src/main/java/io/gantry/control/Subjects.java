package io.gantry.control;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskOf;
import io.gantry.control.core.state.Worker;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica;
import io.gantry.control.operator.OperatorRefused;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What operators' questions are about: things of a cluster by their names, ARNs, or the beginnings
 * of their ids.
 *
 * @param state that holds everything that was done before the question
 */
record Subjects(ClusterState state, String cluster) {
    private static final long LIMIT_SECONDS = 5;

    /** Looks for the cluster that a request names. */
    static Subjects of(Replica replica, JsonNode request) {
        ClusterState state = fresh(replica);
        String given = last(request.path("cluster").asString(""));
        String cluster = given.isEmpty() ? "default" : given;
        if (state.clusters().get(cluster) == null) {
            throw OperatorRefused.invalid("There is no cluster " + cluster + '.');
        }
        return new Subjects(state, cluster);
    }

    private static ClusterState fresh(Replica replica) {
        try {
            replica.catchUp().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
            return replica.state();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof LogUnavailable unavailable
                    ? unavailable
                    : OperatorRefused.unavailable("This node could not catch up with the log.");
        }
    }

    private static String last(String given) {
        return given.substring(given.lastIndexOf('/') + 1);
    }

    /** Null if there is none of that name. */
    @Nullable Service service(String given) {
        Service service = state.services().get(new ServiceKey(cluster, last(given)));
        return service == null || service.status() == Service.LifeStatus.INACTIVE ? null : service;
    }

    /** Null if there is none; one that lives comes before one that has stopped. */
    @Nullable Task task(String given) {
        String id = last(given);
        Stream<Task> all =
                Stream.of(false, true)
                        .flatMap(stopped -> state.tasksIn(cluster, stopped, TaskOf.NO_TASK));
        return one("task", given, all.filter(task -> task.id().toString().startsWith(id)).toList());
    }

    /** A task that waits for a place, or has stopped without one; null if there is none. */
    @Nullable Job job(String given) {
        String id = last(given);
        Stream<Job> all =
                Stream.concat(state.jobs().waitingIn(cluster), state.jobs().stoppedIn(cluster));
        return one("task", given, all.filter(job -> job.id().toString().startsWith(id)).toList());
    }

    /** The worker that is meant. */
    WorkerId worker(String given) {
        String id = last(given);
        Worker worker =
                one(
                        "worker",
                        given,
                        state.workersOf(cluster)
                                .filter(each -> each.status() != Worker.Status.INACTIVE)
                                .filter(each -> each.id().toString().startsWith(id))
                                .toList());
        if (worker == null) {
            throw OperatorRefused.invalid("There is no worker " + given + '.');
        }
        return worker.id();
    }

    private static <T> @Nullable T one(String what, String given, List<T> found) {
        if (given.isEmpty() || found.isEmpty()) {
            return null;
        }
        if (found.size() > 1) {
            throw OperatorRefused.invalid(
                    "The ids of %d %ss begin with %s.".formatted(found.size(), what, given));
        }
        return found.getFirst();
    }
}
