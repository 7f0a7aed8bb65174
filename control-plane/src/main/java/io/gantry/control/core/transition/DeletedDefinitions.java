package io.gantry.control.core.transition;

import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceRevision;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Forgets deleted revisions of task definitions once nothing refers to them any more: no task that
 * has not stopped, and no service, be it by a deployment or because a rollback would go back there.
 *
 * <p>They are looked at together, each minute, so that all tasks are passed once and not for each.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html">DeleteTaskDefinitions</a>
 */
final class DeletedDefinitions {
    private static final long MINUTE_MILLIS = 60_000;

    private final Edit edit;
    private @Nullable Set<TaskDefinitionKey> needed;

    DeletedDefinitions(Edit edit) {
        this.edit = edit;
    }

    /** At the end of the next whole minute, so that clients see a revision that goes. */
    void lookLater(TaskDefinitionKey key) {
        long minute = Math.floorDiv(edit.nowMillis, MINUTE_MILLIS) + 2;
        edit.due(
                minute * MINUTE_MILLIS - edit.nowMillis, Deadline.Kind.FORGET_TASK_DEFINITION, key);
    }

    void forget(TaskDefinitionKey key) {
        TaskDefinitionRow row = edit.taskDefinitionRows.get(key);
        if (row == null || !row.goes()) {
            return;
        }
        if (needed().contains(key)) {
            lookLater(key);
        } else {
            edit.taskDefinitionRows.remove(key);
        }
    }

    /** What was needed before this command: deadlines that pass with it free a minute later. */
    private Set<TaskDefinitionKey> needed() {
        Set<TaskDefinitionKey> known = needed;
        if (known == null) {
            var found = new HashSet<TaskDefinitionKey>();
            edit.before
                    .tasks()
                    .values()
                    .filter(Task::alive)
                    .forEach(task -> found.add(task.taskDefinition()));
            edit.before
                    .services()
                    .values()
                    .filter(service -> service.status() != Service.LifeStatus.INACTIVE)
                    .flatMap(this::of)
                    .forEach(found::add);
            known = found;
            needed = known;
        }
        return known;
    }

    private Stream<TaskDefinitionKey> of(Service service) {
        return Stream.concat(
                service.deployments().stream().map(Deployment::taskDefinition),
                revisions(service)
                        .mapToObj(number -> new ServiceRevision.Key(service.key(), number))
                        .map(edit.before.releases().revisions()::get)
                        .filter(revision -> revision != null)
                        .map(ServiceRevision::taskDefinition));
    }

    /** The revisions that a service has or may go back to. */
    private LongStream revisions(Service service) {
        ServiceDeployment.Key key = service.ongoing();
        ServiceDeployment ongoing =
                key == null ? null : edit.before.releases().deployments().get(key);
        LongStream sources =
                ongoing == null
                        ? LongStream.empty()
                        : ongoing.sources().stream().mapToLong(Long::longValue);
        return LongStream.concat(LongStream.of(service.course().completed()), sources);
    }
}
