package io.gantry.control.core.transition;

import io.gantry.common.check.Check;
import io.gantry.control.core.command.Command.CreateTaskSet;
import io.gantry.control.core.command.Command.DeleteTaskSet;
import io.gantry.control.core.command.Command.LeadTaskSet;
import io.gantry.control.core.command.Command.ScaleTaskSet;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.core.state.TaskSet.Status;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Scale;

/**
 * Changes to the task sets of services that somebody else deploys. Each is a lane of its service;
 * how many tasks it should have follows from its scale and the service's desired count.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html">External
 *     deployments</a>
 */
final class TaskSetEdits {
    private final Edit edit;
    private final Diary diary;
    private final TaskSetStability stability;

    TaskSetEdits(Edit edit, Diary diary) {
        this.edit = edit;
        this.diary = diary;
        this.stability = new TaskSetStability(edit, diary);
    }

    Reply create(CreateTaskSet create) {
        Refused wrong = refusal(create.service());
        if (wrong != null) {
            return wrong;
        }
        Token token = create.token();
        TokenUse used = token == null ? null : edit.tokenRows.get(token);
        if (used != null) {
            return used.fingerprint().equals(create.fingerprint())
                    ? new Reply.TaskSetMade(used.taskSet())
                    : invalid("Creation of task set was not idempotent.");
        }
        Service service = edit.service(create.service());
        if (service.deployment(create.number()) != null) {
            return new Reply.TaskSetMade(create.number());
        }
        wrong = refusal(service, create);
        if (wrong != null) {
            return wrong;
        }
        make(service, create);
        if (token != null) {
            edit.remember(
                    new TokenUse(token, create.fingerprint(), List.of()).made(create.number()),
                    Edit.TOKEN_KEPT_MILLIS);
        }
        return new Reply.TaskSetMade(create.number());
    }

    private @Nullable Refused refusal(Service service, CreateTaskSet create) {
        if (service.deployments().size() >= TaskSet.MOST) {
            return invalid(
                    TaskSet.MOST
                            + " deployments exist on the service. Unable to create new TaskSet"
                            + " since this exceeds the maximum limit.");
        }
        TaskDefinitionRow definition = edit.taskDefinitionRows.get(create.taskDefinition());
        return definition == null || !definition.active()
                ? Edit.refused(Cause.TASK_DEFINITION, "TaskDefinition is inactive")
                : edit.capacity()
                        .refusal(service.key().cluster(), create.spec().capacityProviderStrategy());
    }

    private void make(Service service, CreateTaskSet create) {
        var set = TaskSet.begin(create.spec(), create.tags(), edit.nowMillis);
        var made =
                Deployment.begin(
                        create.number(),
                        create.taskDefinition(),
                        set,
                        service.desiredCount(),
                        edit.nowMillis);
        Service with = service.deploying(made);
        put(made.desired() == 0 ? with : diary.computed(with, made));
        stability.later(service.key(), made.number());
    }

    Reply scale(ScaleTaskSet scale) {
        Refused wrong = refusal(scale.service(), scale.number(), false);
        if (wrong != null) {
            return wrong;
        }
        Service service = edit.service(scale.service());
        put(changed(service, scale.number(), set(service, scale.number()).scaled(scale.scale())));
        return Edit.done();
    }

    /** What the set that serves has of its own transitions to the service. */
    Reply lead(LeadTaskSet lead) {
        Refused wrong = refusal(lead.service(), lead.number(), false);
        if (wrong != null) {
            return wrong;
        }
        Service service = edit.service(lead.service());
        Deployment before = service.primarySet();
        if (before != null && before.number() != lead.number()) {
            TaskSet other = set(service, before.number()).becoming(Status.ACTIVE);
            service = changed(service, before.number(), other);
        }
        TaskSet leading = set(service, lead.number()).becoming(Status.PRIMARY);
        put(
                changed(service, lead.number(), leading)
                        .with(leading.carried(service.spec()), service.desiredCount()));
        return Edit.done();
    }

    Reply delete(DeleteTaskSet delete) {
        Refused wrong = refusal(delete.service(), delete.number(), true);
        if (wrong != null) {
            return wrong;
        }
        Service service = edit.service(delete.service());
        TaskSet set = set(service, delete.number());
        if (set.draining()) {
            return Edit.done();
        }
        if (set.primary()) {
            return invalid("Primary TaskSet cannot be deleted");
        }
        Scale scale = set.spec().scale();
        if (!delete.force() && scale != null && scale.value() > 0) {
            return invalid("The TaskSet cannot be deleted while it is scaled above 0.");
        }
        put(changed(service, delete.number(), drained(set)));
        stability.later(delete.service(), delete.number());
        return Edit.done();
    }

    private TaskSet drained(TaskSet set) {
        return set.becoming(Status.DRAINING).steady(false, edit.nowMillis);
    }

    /** The same service, which is being deleted, with all of its sets on their way out. */
    Service drained(Service service) {
        Service drained = service;
        for (Deployment each : service.deployments()) {
            drained = changed(drained, each.number(), drained(set(service, each.number())));
        }
        return drained;
    }

    /** The same service, whose desired count has changed, with what follows for its sets. */
    Service rescaled(Service service) {
        Service scaled = service;
        for (Deployment each : service.deployments()) {
            TaskSet set = set(service, each.number());
            if (set.computed(service.desiredCount()) != each.desired()) {
                scaled = changed(scaled, each.number(), set);
            }
        }
        return scaled;
    }

    /** Draws the conclusions from what has changed of an active service. */
    Service settle(Service service) {
        return stability.settle(service);
    }

    private Service changed(Service service, long number, TaskSet next) {
        Deployment before = Check.present(service.deployment(number), number);
        Deployment after = before.as(next, service.desiredCount(), edit.nowMillis);
        Service changed = service.changing(number, _ -> after);
        return after.desired() == before.desired() || next.draining()
                ? changed
                : diary.computed(changed, after);
    }

    /** Plans that were made from what it was before no longer hold. */
    private void put(Service changed) {
        edit.serviceRows.put(changed.key(), changed.planned());
        edit.touch(changed.key());
    }

    private static TaskSet set(Service service, long number) {
        Deployment deployment = Check.present(service.deployment(number), number);
        return Check.present(deployment.set(), number);
    }

    /** Why nothing can be done to the task sets of a service; null for nothing. */
    private @Nullable Refused refusal(ServiceKey key) {
        Service service = edit.serviceRows.get(key);
        if (service == null) {
            return Edit.refused(Cause.SERVICE_NOT_FOUND, "Service not found.");
        }
        if (!service.active()) {
            return Edit.refused(Cause.SERVICE_NOT_ACTIVE, "Service was not ACTIVE.");
        }
        return service.external()
                ? null
                : invalid(
                        "Amazon ECS only supports task set management on services configured to"
                                + " use external deployment controllers.");
    }

    private @Nullable Refused refusal(ServiceKey key, long number, boolean evenIfDeleted) {
        Refused wrong = refusal(key);
        if (wrong != null) {
            return wrong;
        }
        Service service = edit.service(key);
        if (service.deployment(number) == null) {
            return Edit.refused(Cause.TASK_SET_NOT_FOUND, "The specified task set does not exist.");
        }
        return evenIfDeleted || !set(service, number).draining()
                ? null
                : invalid("The task set is being deleted.");
    }

    private static Refused invalid(String message) {
        return Edit.refused(Cause.INVALID_PARAMETER, message);
    }
}
