package io.gantry.control.core.transition;

import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskOf;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.core.state.Worker;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which task sets have what they want. Unlike in deployments of ECS's own, a task without health
 * checks is well as soon as it runs.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html">stabilityStatus</a>
 */
final class TaskSetStability {
    private final Edit edit;
    private final Diary diary;

    /**
     * Those that this very command has made or deleted. As in ECS, they are STABILIZING at first:
     * what becomes of them is concluded with the next command.
     */
    private final Set<Long> fresh = new TreeSet<>();

    TaskSetStability(Edit edit, Diary diary) {
        this.edit = edit;
        this.diary = diary;
    }

    /** A set has been made or deleted. */
    void later(ServiceKey service, long number) {
        fresh.add(number);
        edit.due(0, Deadline.Kind.LOOK_AT_SERVICE, service);
    }

    /** Draws the conclusions from what has changed of an active service. */
    Service settle(Service service) {
        Service settled = service;
        for (Deployment each : service.deployments()) {
            TaskSet set = each.set();
            if (set != null && !fresh.contains(each.number())) {
                settled = settled(settled, each, set);
            }
        }
        boolean steady =
                !settled.deployments().isEmpty()
                        && settled.deployments().stream()
                                .allMatch(each -> each.set() != null && each.set().steady());
        if (steady == settled.steady()) {
            return settled;
        }
        return steady ? diary.steady(settled.steady(true)) : settled.steady(false);
    }

    private Service settled(Service service, Deployment each, TaskSet set) {
        if (set.draining()) {
            return each.tasks().alive() > 0 ? service : without(service, each);
        }
        boolean steady = isSteady(service, each);
        if (steady == set.steady()) {
            return service;
        }
        Service changed =
                service.changing(each.number(), it -> it.with(set.steady(steady, edit.nowMillis)));
        return steady ? diary.steadySet(changed, each) : changed;
    }

    private static Service without(Service service, Deployment gone) {
        return service.withDeployments(
                service.deployments().stream()
                        .filter(each -> each.number() != gone.number())
                        .toList());
    }

    private boolean isSteady(Service service, Deployment each) {
        return each.pending() == 0
                && each.running() == each.desired()
                && tasks(service, each).allMatch(this::isWell);
    }

    private Stream<Task> tasks(Service service, Deployment set) {
        return edit.tasksByService
                .done()
                .streamFrom(TaskOf.Service.first(service.key()))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.service().equals(service.key()) && !key.stopped())
                .map(key -> edit.task(key.task()))
                .filter(task -> task.deployment() == set.number());
    }

    private boolean isWell(Task task) {
        return task.wanted()
                && !task.lost()
                && (!task.checked() || task.passing())
                && edit.worker(task.worker()).status() != Worker.Status.DRAINING;
    }
}
