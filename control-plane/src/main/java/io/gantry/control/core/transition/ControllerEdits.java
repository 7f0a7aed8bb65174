package io.gantry.control.core.transition;

import io.gantry.common.check.Check;
import io.gantry.control.core.command.Command.UpdateService;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.rollout.Controllers;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.TaskSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentController;

/** Hands services over to another deployment controller; their tasks go on. */
final class ControllerEdits {
    private final Edit edit;
    private final ReleaseEdits releases;

    ControllerEdits(Edit edit, ReleaseEdits releases) {
        this.edit = edit;
        this.releases = releases;
    }

    private static Service wanted(Service known, UpdateService update) {
        return known.with(update.spec(), update.desiredCount());
    }

    /** Why the change is not possible for this controller, or between them; null if it is. */
    @Nullable Refused refusal(Service known, UpdateService update) {
        boolean external = wanted(known, update).external();
        String sentence = Controllers.refusal(known, external);
        if (sentence != null) {
            return Edit.refused(Cause.INVALID_PARAMETER, sentence);
        }
        boolean complete =
                external
                        || (update.taskDefinition() != null
                                && (!known.external() || update.deployment() != 0));
        return complete
                ? null
                : Edit.refused(Cause.STALE, "The service is deployed by another controller.");
    }

    /** The service as it is to be, in the hands of the controller that it is to have. */
    Service changed(Service known, UpdateService update) {
        Service changed = wanted(known, update);
        if (known.external() == changed.external()) {
            return changed;
        }
        return changed.external() ? handedOver(known, changed) : takenBack(known, changed);
    }

    /**
     * Somebody else deploys it from now on: what ECS has deployed is a task set that does not
     * serve, so that it can be deleted.
     */
    private Service handedOver(Service before, Service after) {
        var set = TaskSet.of(before.spec(), edit.nowMillis);
        Deployment again = again(after.primary());
        return after.withDeployments(List.of(again.as(set, after.desiredCount(), edit.nowMillis)));
    }

    /** ECS deploys it from now on: the set that serves becomes the revision to go back to. */
    private Service takenBack(Service before, Service after) {
        Deployment serving = again(Check.present(before.primarySet(), before)).with(null);
        var spec =
                before.spec().toBuilder().deploymentController((DeploymentController) null).build();
        releases.adopt(before.key(), serving, spec);
        return after.withDeployments(List.of(serving))
                .with(after.course().completed(serving.number()));
    }

    private Deployment again(Deployment deployment) {
        String reason = "ECS deployment " + deployment.id() + " in progress.";
        return deployment.again(deployment.desired(), reason, edit.nowMillis);
    }
}
