package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command.ProtectTasks;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The protection of tasks against their service's scheduler.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html">Task
 *     scale-in protection</a>
 */
final class ProtectionEdits {
    private final Edit edit;
    private final Map<ServiceKey, Long> counts = new HashMap<>();

    ProtectionEdits(Edit edit) {
        this.edit = edit;
    }

    Reply protect(ProtectTasks protect) {
        var set = new ArrayList<TaskId>();
        var blocked = new ArrayList<TaskId>();
        long until = protect.forMillis() <= 0 ? 0 : edit.nowMillis + protect.forMillis();
        for (TaskId id : protect.tasks()) {
            Task task = edit.taskRows.get(id);
            Service service = task == null ? null : service(task);
            if (task == null || service == null || !task.alive() || !task.wanted()) {
                continue;
            }
            if (until != 0 && isBlocked(service, task)) {
                blocked.add(id);
            } else {
                change(task, service.key(), until);
                set.add(id);
            }
        }
        return new Reply.Protected(set, blocked);
    }

    private @Nullable Service service(Task task) {
        ServiceKey key = task.service();
        return key == null ? null : edit.serviceRows.get(key);
    }

    /** More protected tasks than the service should have would keep it from ever being steady. */
    private boolean isBlocked(Service service, Task task) {
        long others = count(service.key()) - (task.isProtected(edit.nowMillis) ? 1 : 0);
        return others + 1 > wanted(service);
    }

    private static long wanted(Service service) {
        return service.external()
                ? service.deployments().stream().mapToLong(Deployment::desired).sum()
                : service.desiredCount();
    }

    /** Protected tasks of a service, counted once and then kept up to date. */
    private long count(ServiceKey service) {
        return counts.computeIfAbsent(
                service,
                key ->
                        edit.before
                                .aliveOf(key)
                                .filter(each -> each.isProtected(edit.nowMillis))
                                .count());
    }

    private void change(Task task, ServiceKey service, long until) {
        int before = task.isProtected(edit.nowMillis) ? 1 : 0;
        counts.put(service, count(service) + (until == 0 ? 0 : 1) - before);
        Task unprotected = ended(task);
        if (until != 0) {
            edit.deadlineRows.put(deadline(until, task.id()), Present.YES);
        } else {
            edit.touch(service);
        }
        edit.taskRows.put(task.id(), unprotected.protectedUntil(until));
    }

    /** A task without protection, and without a look at its end. */
    Task ended(Task task) {
        long known = task.protectedUntilMillis();
        if (known == 0) {
            return task;
        }
        edit.deadlineRows.remove(deadline(known, task.id()));
        return task.protectedUntil(0);
    }

    private static Deadline deadline(long atMillis, TaskId task) {
        return new Deadline(atMillis, Deadline.Kind.END_PROTECTION, task.toString());
    }

    /** The time of a protection has come: what its service has put off can be done. */
    void end(TaskId id) {
        Task task = edit.taskRows.get(id);
        if (task == null || task.protectedUntilMillis() > edit.nowMillis) {
            return;
        }
        edit.taskRows.put(id, task.protectedUntil(0));
        ServiceKey service = task.service();
        if (service != null && edit.serviceRows.get(service) != null) {
            edit.touch(service);
        }
    }
}
