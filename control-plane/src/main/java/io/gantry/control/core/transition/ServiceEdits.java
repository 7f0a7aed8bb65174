package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command.CreateService;
import io.gantry.control.core.command.Command.DeleteService;
import io.gantry.control.core.command.Command.UpdateService;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Service.Goal;
import io.gantry.control.core.state.Service.LifeStatus;
import io.gantry.control.core.state.Service.Progress;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.TaskOf;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Changes to services. */
final class ServiceEdits {
    private static final long INACTIVE_KEPT_MILLIS = 60L * 60 * 1000;

    private final Edit edit;
    private final Diary diary;
    private final TaskFailures failures;
    private final ReleaseEdits releases;
    private final PlanEdits plans;
    private final TaskSetEdits taskSets;
    private final ControllerEdits controllers;

    ServiceEdits(Edit edit) {
        this.edit = edit;
        this.diary = new Diary(edit);
        this.failures = new TaskFailures(edit, diary);
        this.releases = new ReleaseEdits(edit, diary);
        this.plans = new PlanEdits(edit, diary, failures, releases);
        this.taskSets = new TaskSetEdits(edit, diary);
        this.controllers = new ControllerEdits(edit, releases);
    }

    TaskSetEdits taskSets() {
        return taskSets;
    }

    ReleaseEdits releases() {
        return releases;
    }

    PlanEdits plans() {
        return plans;
    }

    Reply create(CreateService create) {
        if (edit.activeCluster(create.service().cluster()) == null) {
            return Edit.noCluster();
        }
        Service known = edit.serviceRows.get(create.service());
        if (known != null && known.status() != LifeStatus.INACTIVE) {
            return repeated(create, known);
        }
        Refused wrong = inactive(create.taskDefinition());
        if (wrong == null) {
            wrong = edit.capacity().refusal(create.service().cluster(), create.spec());
        }
        if (wrong != null) {
            return wrong;
        }
        // Those of an earlier service of this name.
        releases.forgetRevisions(create.service());
        Service made =
                new Service(
                        create.service(),
                        new Goal(create.spec(), LifeStatus.ACTIVE, create.desiredCount()),
                        first(create),
                        create.tags(),
                        edit.nowMillis,
                        known == null ? 1 : known.version() + 1);
        edit.serviceRows.put(
                create.service(), made.deployments().isEmpty() ? made : releases.begin(made));
        new DaemonEdits(edit).changed(create.service());
        remember(create);
        String cluster = create.service().cluster();
        edit.clusterRows.put(cluster, edit.cluster(cluster).withServices(1));
        edit.touch(create.service());
        return Edit.done();
    }

    /** Task sets come later, one by one. */
    private Progress first(CreateService create) {
        TaskDefinitionKey definition = create.taskDefinition();
        return definition == null
                ? Progress.empty()
                : Progress.begin(
                        Deployment.begin(
                                create.deployment(),
                                definition,
                                create.desiredCount(),
                                edit.nowMillis));
    }

    private @Nullable Refused inactive(@Nullable TaskDefinitionKey key) {
        TaskDefinitionRow definition = key == null ? null : edit.taskDefinitionRows.get(key);
        return key == null || (definition != null && definition.active())
                ? null
                : Edit.refused(Cause.TASK_DEFINITION, "TaskDefinition is inactive");
    }

    private Reply repeated(CreateService create, Service known) {
        Token token = create.token();
        TokenUse used = token == null ? null : edit.tokenRows.get(token);
        if (used != null && used.fingerprint().equals(create.fingerprint())) {
            return Edit.done();
        }
        return Edit.refused(
                Cause.INVALID_PARAMETER,
                known.active()
                        ? "Creation of service was not idempotent."
                        : "Unable to Start a service that is still Draining.");
    }

    private void remember(CreateService create) {
        Token token = create.token();
        if (token != null) {
            edit.remember(
                    new TokenUse(token, create.fingerprint(), List.of()), Edit.TOKEN_KEPT_MILLIS);
        }
    }

    Reply update(UpdateService update) {
        Service known = edit.serviceRows.get(update.service());
        if (known == null) {
            return Edit.refused(Cause.SERVICE_NOT_FOUND, "Service not found.");
        }
        if (!known.active()) {
            return Edit.refused(Cause.SERVICE_NOT_ACTIVE, "Service was not ACTIVE.");
        }
        if (known.version() != update.basedOn()) {
            return Edit.refused(Cause.STALE, "The service has changed.");
        }
        Refused wrong = refusal(known, update);
        if (wrong != null) {
            return wrong;
        }
        edit.serviceRows.put(known.key(), updated(known, update));
        new DaemonEdits(edit).changed(known.key());
        edit.touch(known.key());
        return Edit.done();
    }

    private @Nullable Refused refusal(Service known, UpdateService update) {
        Refused wrong = controllers.refusal(known, update);
        TaskDefinitionKey wanted = update.taskDefinition();
        boolean kept = !known.external() && known.primary().taskDefinition().equals(wanted);
        if (wrong == null && !kept) {
            wrong = inactive(wanted);
        }
        return wrong != null
                ? wrong
                : edit.capacity().refusal(known.key().cluster(), update.spec());
    }

    private Service updated(Service known, UpdateService update) {
        Service changed = controllers.changed(known, update);
        TaskDefinitionKey wanted = update.taskDefinition();
        if (changed.external()) {
            return taskSets.rescaled(changed);
        }
        if (update.deployment() != 0 && wanted != null) {
            return releases.begin(
                    changed.deploying(
                            Deployment.begin(
                                    update.deployment(),
                                    wanted,
                                    update.desiredCount(),
                                    edit.nowMillis)));
        }
        return update.desiredCount() == known.desiredCount() ? changed : scaled(changed);
    }

    /** Side by side, all revisions that have tasks get as many as the service. */
    private Service scaled(Service service) {
        List<Deployment> scaled =
                service.deployments().stream()
                        .filter(
                                each ->
                                        each.number() == service.primary().number()
                                                || (service.course().staged()
                                                        && each.desired() > 0))
                        .toList();
        Service changed = service;
        for (Deployment each : scaled) {
            changed =
                    changed.changing(
                            each.number(),
                            it -> it.desiring(service.desiredCount(), edit.nowMillis));
        }
        return changed;
    }

    Reply delete(DeleteService delete) {
        Service known = edit.serviceRows.get(delete.service());
        if (known == null) {
            return Edit.refused(Cause.SERVICE_NOT_FOUND, "Service not found.");
        }
        if (known.status() == LifeStatus.INACTIVE) {
            return Edit.refused(Cause.SERVICE_NOT_ACTIVE, "Service was not ACTIVE.");
        }
        if (!known.active()) {
            return Edit.done();
        }
        if (known.desiredCount() > 0 && !delete.force() && !known.daemon()) {
            return Edit.refused(
                    Cause.INVALID_PARAMETER,
                    "The service cannot be stopped while it is scaled above 0.");
        }
        if (known.external() && !known.deployments().isEmpty() && !delete.force()) {
            return Edit.refused(
                    Cause.INVALID_PARAMETER,
                    "The service cannot be stopped while deployments are active.");
        }
        edit.serviceRows.put(known.key(), drained(known).becoming(LifeStatus.DRAINING));
        new DaemonEdits(edit).ended(known.key());
        edit.before.aliveOf(known.key()).forEach(task -> plans.stop(edit.task(task.id())));
        String cluster = known.key().cluster();
        edit.clusterRows.put(cluster, edit.cluster(cluster).withServices(-1));
        edit.touch(known.key());
        return Edit.done();
    }

    private Service drained(Service known) {
        Service unwanted = known.with(known.spec(), 0);
        if (known.external()) {
            return taskSets.drained(unwanted);
        }
        return releases.end(
                        unwanted, ServiceDeployment.Status.STOPPED, "The service has been deleted.")
                .changing(known.primary().number(), primary -> primary.desiring(0, edit.nowMillis));
    }

    /** A task of a service has reached another status. */
    void taskMoved(Task after) {
        ServiceKey key = after.service();
        Service service = key == null ? null : edit.serviceRows.get(key);
        if (service == null || !service.active()) {
            return;
        }
        if (after.last() == Status.RUNNING) {
            failures.running(service, after);
            lookAgain(service.key(), Census.UNCHECKED_HEALTHY_MILLIS);
            if (after.checked() && service.graceMillis() > 0) {
                lookAgain(service.key(), service.graceMillis());
            }
        } else if (after.last() == Status.STOPPED
                && after.times().startedAt() == 0
                && StopCause.isOwn(after.stopCode())) {
            Deployment deployment = service.deployment(after.deployment());
            if (deployment != null) {
                lookAgain(service.key(), failures.notStarted(service, deployment, after));
            }
        }
    }

    /** A task of a service has passed its health checks. */
    void taskProved(Task task) {
        ServiceKey key = task.service();
        Service service = key == null ? null : edit.serviceRows.get(key);
        if (service != null && service.active()) {
            failures.proved(service, task);
        }
    }

    /** Rounded up to whole seconds, so that tasks that start together cause one look. */
    private void lookAgain(ServiceKey key, long inMillis) {
        long at = (edit.nowMillis + inMillis + 999) / 1000 * 1000;
        edit.due(at - edit.nowMillis, Deadline.Kind.LOOK_AT_SERVICE, key);
    }

    void look(ServiceKey key) {
        if (key.isDaemon() || edit.serviceRows.get(key) != null) {
            edit.touch(key);
        }
    }

    /** Draws the conclusions from what has changed; called for each service that was touched. */
    void settle(ServiceKey key) {
        Service service = edit.serviceRows.get(key);
        if (service == null || service.status() == LifeStatus.INACTIVE) {
            return;
        }
        Service settled = service.external() ? service : withoutFinished(service);
        if (settled.active()) {
            settled =
                    service.external()
                            ? taskSets.settle(service)
                            : progressed(withoutFinished(releases.settle(settled)));
        } else if (isIdle(settled)) {
            settled = settled.becoming(LifeStatus.INACTIVE).withDeployments(List.of());
            edit.due(INACTIVE_KEPT_MILLIS, Deadline.Kind.FORGET_SERVICE, key);
        }
        edit.serviceRows.put(key, settled);
    }

    private static boolean isIdle(Service service) {
        return service.deployments().stream().allMatch(each -> each.tasks().alive() == 0);
    }

    /** Earlier deployments go once their last task has stopped. */
    private static Service withoutFinished(Service service) {
        List<Deployment> left =
                service.deployments().stream()
                        .filter(
                                each ->
                                        each.number() == service.primary().number()
                                                || each.tasks().alive() > 0
                                                || (service.course().staged()
                                                        && each.desired() > 0))
                        .toList();
        return left.size() == service.deployments().size()
                ? service
                : service.withDeployments(left);
    }

    private Service progressed(Service asked) {
        if (asked.primary().stalled() || asked.course().staged()) {
            return asked.steady(false);
        }
        boolean early =
                new EarlyEdits(releases)
                        .hasSucceeded(asked, () -> plans.census(asked, tasks(asked)));
        Service service = early ? completed(asked) : asked;
        Deployment primary = service.primary();
        boolean complete =
                service.deployments().size() == 1
                        && primary.pending() == 0
                        && primary.running() == service.desiredCount();
        if (!complete) {
            return service.steady(false);
        }
        boolean known = service.steady() && primary.rollout() == Rollout.COMPLETED;
        if (known || !allHealthy(service)) {
            return service;
        }
        Service settled = service;
        if (primary.rollout() == Rollout.IN_PROGRESS) {
            if (releases.bakes(service)) {
                return service.steady(false);
            }
            settled = completed(settled);
        }
        return settled.steady() ? settled : diary.steady(settled.steady(true));
    }

    private Service completed(Service service) {
        return releases.completed(
                diary.completed(
                        service.changing(
                                service.primary().number(),
                                each -> each.completed(edit.nowMillis))));
    }

    /** Whether it has as many healthy tasks as it should have. */
    boolean allHealthy(Service service) {
        return plans.census(service, tasks(service)).healthy() == service.desiredCount();
    }

    private Stream<Task> tasks(Service service) {
        return edit.tasksByService
                .done()
                .streamFrom(TaskOf.Service.first(service.key()))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.service().equals(service.key()) && !key.stopped())
                .map(key -> edit.task(key.task()));
    }
}
