package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Service.Event;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** Writes service events, in the words of ECS, which tools search for. */
final class Diary {
    private final Edit edit;
    private long written;

    Diary(Edit edit) {
        this.edit = edit;
    }

    void planned(Census census, List<TaskId> started, List<Task> stopped, CommitPlan plan) {
        ServiceKey key = plan.service();
        String complaint = plan.complaint();
        if (!started.isEmpty()) {
            write(key, "has started " + count(started.size()) + ": " + names(started) + ".");
        }
        stopped.stream()
                .filter(census::failing)
                .map(task -> "(task " + task.id() + ") failed container health checks.")
                .forEach(sentence -> write(key, sentence));
        if (!stopped.isEmpty()) {
            List<TaskId> ids = stopped.stream().map(Task::id).toList();
            write(key, "has stopped " + running(ids.size()) + ": " + names(ids) + ".");
        }
        if (complaint != null) {
            complain(key, complaint);
        }
    }

    /** Beyond ECS: less important tasks stop in favour of the service. */
    void preempted(ServiceKey key, List<TaskId> stopped) {
        if (!stopped.isEmpty()) {
            write(key, "has preempted " + running(stopped.size()) + ": " + names(stopped) + ".");
        }
    }

    void impaired(ServiceKey key) {
        complain(key, "is unable to consistently start tasks successfully.");
    }

    Service completed(Service service) {
        return with(service, "(deployment " + service.primary().id() + ") deployment completed.");
    }

    /** A deployment has failed; a reason of ours may come as a sentence. */
    Service failed(Service service, String deployment, String why) {
        String reason = why.endsWith(".") ? why : why + ".";
        return with(service, "(deployment " + deployment + ") deployment failed: " + reason);
    }

    Service rollingBack(Service service) {
        return with(service, "rolling back to deployment " + service.primary().id() + ".");
    }

    Service steady(Service service) {
        return with(service, "has reached a steady state.");
    }

    /** A task set should have another number of tasks than before. */
    Service computed(Service service, Deployment set) {
        return with(
                service,
                "updated computedDesiredCount for taskSet %s to %d."
                        .formatted(set.id(), set.desired()));
    }

    /** A task set has what it wants. */
    Service steadySet(Service service, Deployment set) {
        return with(
                service,
                "(service %s, taskSet %s) updated state to STEADY_STATE."
                        .formatted(service.key().name(), set.id()));
    }

    private void complain(ServiceKey key, String sentence) {
        if (!edit.service(key).hasSaid(sentence, edit.nowMillis)) {
            write(key, sentence);
        }
    }

    void write(ServiceKey key, String sentence) {
        edit.serviceRows.put(key, with(edit.service(key), sentence));
    }

    private Service with(Service service, String sentence) {
        // The command's number and a count within it make the id unique without any chance.
        var id = new UUID(edit.sequence << 16 | 0x4000, Long.MIN_VALUE | written++);
        return service.saying(new Event(id, edit.nowMillis, service.message(sentence)));
    }

    private static String count(int tasks) {
        return tasks + (tasks == 1 ? " task" : " tasks");
    }

    private static String running(int tasks) {
        return tasks + (tasks == 1 ? " running task" : " running tasks");
    }

    private static String names(List<TaskId> tasks) {
        return tasks.stream().map(id -> "(task " + id + ")").collect(Collectors.joining(" "));
    }
}
