package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Token;
import java.util.List;
import java.util.Map;

/** What happens when deadlines pass. */
final class DeadlineEdits {
    /** So that one entry never holds up the others for long; the rest waits for the next tick. */
    static final int MAX_AT_ONCE = 1_000;

    private final Edit edit;
    private final DeletedDefinitions definitions;

    DeadlineEdits(Edit edit) {
        this.edit = edit;
        this.definitions = new DeletedDefinitions(edit);
    }

    Reply expire() {
        List<Deadline> due =
                edit.before
                        .deadlines()
                        .streamFrom(new Deadline(0, Deadline.Kind.LOOK_AT_SERVICE, ""))
                        .map(Map.Entry::getKey)
                        .takeWhile(deadline -> deadline.atMillis() <= edit.nowMillis)
                        .limit(MAX_AT_ONCE)
                        .toList();
        for (Deadline deadline : due) {
            edit.deadlineRows.remove(deadline);
            pass(deadline);
        }
        return Edit.done();
    }

    private void pass(Deadline deadline) {
        String subject = deadline.subject();
        switch (deadline.kind()) {
            case LOOK_AT_SERVICE -> edit.services().look(ServiceKey.parse(subject));
            case FORGET_TASK -> {
                edit.tasks().forget(TaskId.parse(subject));
                edit.jobs().forget(TaskId.parse(subject));
            }
            case FORGET_SERVICE -> {
                var key = ServiceKey.parse(subject);
                Service service = edit.serviceRows.get(key);
                if (service != null && service.status() == Service.LifeStatus.INACTIVE) {
                    edit.serviceRows.remove(key);
                    edit.services().releases().forgetRevisions(key);
                }
            }
            case FORGET_CLUSTER -> edit.clusters().forget(subject);
            case FORGET_TASK_DEFINITION -> definitions.forget(TaskDefinitionKey.parse(subject));
            case FORGET_WORKER -> edit.workers().forget(WorkerId.parse(subject));
            case FORGET_CAPACITY_PROVIDER -> edit.capacity().forget(subject);
            case LOOK_AT_ZONES -> edit.fleet().lookAtZones(subject);
            case INTERRUPT_WORKER -> edit.interruptions().end(WorkerId.parse(subject));
            case END_DRAIN -> edit.drains().end(WorkerId.parse(subject));
            case LOOK_AT_DRAIN -> edit.drains().look(WorkerId.parse(subject));
            case FORGET_TOKEN -> edit.tokenRows.remove(Token.parse(subject));
            case FORGET_SERVICE_DEPLOYMENT ->
                    edit.serviceDeploymentRows.remove(ServiceDeployment.Key.parse(subject));
            case END_WAIT -> edit.jobs().expire(TaskId.parse(subject));
            case END_RUN -> edit.jobs().timeOut(TaskId.parse(subject));
            case LOOK_AT_JOB -> edit.jobs().look(TaskId.parse(subject));
            case FORGET_DAEMON_DEPLOYMENT ->
                    edit.managed().forget(ManagedDeployment.Key.parse(subject));
            case END_PROTECTION -> edit.protections().end(TaskId.parse(subject));
        }
    }
}
