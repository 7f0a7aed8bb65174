package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command.ContinueServiceDeployment;
import io.gantry.control.core.command.Command.ReportHook;
import io.gantry.control.core.command.Command.StopServiceDeployment;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.rollout.EarlySuccess;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceDeployment.Status;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.ServiceRevision;
import io.gantry.control.core.state.Staging;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;

/** The rows of service revisions and service deployments, and what users want of the latter. */
final class ReleaseEdits {
    /** As ECS does. */
    private static final long KEPT_MILLIS = 90L * 24 * 60 * 60 * 1000;

    private final Edit edit;
    private final RollbackEdits rollbacks;
    private final StageEdits stages;

    /** Those that somebody has just asked to end; they do so with the next command. */
    private final Set<ServiceDeployment.Key> justAsked = new TreeSet<>();

    ReleaseEdits(Edit edit, Diary diary) {
        this.edit = edit;
        this.rollbacks = new RollbackEdits(edit, diary, this);
        this.stages = new StageEdits(edit, diary, this, rollbacks);
    }

    /** The service deployment that is under way, or null. */
    @Nullable ServiceDeployment ongoing(Service service) {
        ServiceDeployment.Key key = service.ongoing();
        return key == null ? null : edit.serviceDeploymentRows.get(key);
    }

    void put(ServiceDeployment row) {
        edit.serviceDeploymentRows.put(row.key(), row);
    }

    /**
     * A deployment of the service has just begun: its configuration becomes a revision, and what
     * was under way is over.
     *
     * @param service with the deployment as its primary one
     */
    Service begin(Service service) {
        Deployment first = service.primary();
        var revision = new ServiceRevision.Key(service.key(), first.number());
        edit.revisionRows.put(
                revision,
                new ServiceRevision(
                        revision,
                        first.taskDefinition(),
                        service.spec(),
                        edit.nowMillis,
                        Map.of()));
        Service free = end(service, Status.STOPPED, "Superseded by a newer service deployment.");
        List<Long> sources =
                service.deployments().stream().skip(1).map(Deployment::number).toList();
        ServiceDeployment.Key key = ServiceDeployment.Key.of(revision);
        Staging staging = stages.begin(free);
        put(
                ServiceDeployment.pending(
                        key,
                        first.number(),
                        sources,
                        configuration(service),
                        staging,
                        edit.nowMillis));
        return free.with(free.course().begun(key.id(), staging != null));
    }

    /** What a task set brought, as a revision that a service can go back to. */
    void adopt(
            ServiceKey service,
            Deployment deployment,
            software.amazon.awssdk.services.ecs.model.Service spec) {
        var key = new ServiceRevision.Key(service, deployment.number());
        if (edit.revisionRows.get(key) == null) {
            edit.revisionRows.put(
                    key,
                    new ServiceRevision(
                            key,
                            deployment.taskDefinition(),
                            spec,
                            deployment.createdAtMillis(),
                            deployment.imageDigests()));
        }
    }

    /** When the rolling deployment that is under way is complete already, null for never. */
    @Nullable EarlySuccess earlySuccess(Service service) {
        ServiceDeployment row = ongoing(service);
        return row == null || row.rollingBack()
                ? null
                : EarlySuccess.of(row.configuration(), service.desiredCount());
    }

    private static DeploymentConfiguration configuration(Service service) {
        var configuration = service.spec().deploymentConfiguration();
        return configuration == null ? DeploymentConfiguration.builder().build() : configuration;
    }

    /** Something is done for what is under way. */
    void begun(Service service) {
        ServiceDeployment row = ongoing(service);
        if (row != null && row.status() == Status.PENDING) {
            put(row.started(edit.nowMillis));
        }
    }

    /** Ends what is under way, if anything is. */
    Service end(Service service, Status status, @Nullable String reason) {
        ServiceDeployment row = ongoing(service);
        if (row == null) {
            return service.with(service.course().ended());
        }
        put(
                rollbacks
                        .counted(service, row)
                        .tallied(service.deployments())
                        .finished(status, reason, edit.nowMillis));
        edit.due(KEPT_MILLIS, Deadline.Kind.FORGET_SERVICE_DEPLOYMENT, row.key());
        return service.with(service.course().ended());
    }

    /** The primary deployment of the service is complete. */
    Service completed(Service service) {
        ServiceDeployment row = ongoing(service);
        boolean back = row != null && row.rollingBack();
        Service ended =
                end(
                        service,
                        back ? Status.ROLLBACK_SUCCESSFUL : Status.SUCCESSFUL,
                        back && row != null ? row.reason() : null);
        return ended.with(ended.course().completed(service.primary().number()));
    }

    /**
     * Whether the tasks of a rolling deployment, which are all there, still have to prove
     * themselves.
     */
    boolean bakes(Service service) {
        ServiceDeployment row = ongoing(service);
        if (row == null || row.rollingBack()) {
            return false;
        }
        Integer minutes = row.configuration().bakeTimeInMinutes();
        long bake = minutes == null ? 0 : minutes * 60_000L;
        if (row.times().baking() == 0 && bake > 0) {
            put(row.baking(edit.nowMillis));
            edit.due(bake, Deadline.Kind.LOOK_AT_SERVICE, service.key());
            return true;
        }
        return edit.nowMillis < row.times().baking() + bake;
    }

    /** Draws the conclusions from what has changed of an active service. */
    Service settle(Service service) {
        ServiceDeployment row = ongoing(service);
        if (row == null || justAsked.contains(row.key())) {
            return service;
        }
        return row.staging() != null ? stages.settle(service, row) : rollbacks.settle(service, row);
    }

    /** What an image has turned out to be. */
    void pinned(ServiceKey service, Deployment deployment) {
        var key = new ServiceRevision.Key(service, deployment.number());
        ServiceRevision revision = edit.revisionRows.get(key);
        if (revision != null) {
            edit.revisionRows.put(key, revision.pinned(deployment.imageDigests()));
        }
    }

    void forgetRevisions(ServiceKey service) {
        edit.revisionRows
                .done()
                .streamFrom(new ServiceRevision.Key(service, 0))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.service().equals(service))
                .toList()
                .forEach(edit.revisionRows::remove);
    }

    Reply stop(StopServiceDeployment stop) {
        ServiceDeployment row = edit.serviceDeploymentRows.get(stop.deployment());
        if (row == null) {
            return unknown();
        }
        if (row.status() != Status.PENDING && row.status() != Status.IN_PROGRESS) {
            return Edit.refused(
                    Cause.CONFLICT,
                    "The service deployment cannot be stopped as its status is "
                            + row.status()
                            + ".");
        }
        put(
                row.stopping(
                        stop.rollback() ? Status.ROLLBACK_REQUESTED : Status.STOP_REQUESTED,
                        "Service deployment stop requested by the user.",
                        edit.nowMillis));
        justAsked.add(row.key());
        edit.due(0, Deadline.Kind.LOOK_AT_SERVICE, row.key().service());
        return Edit.done();
    }

    Reply decide(ContinueServiceDeployment go) {
        ServiceDeployment row = edit.serviceDeploymentRows.get(go.deployment());
        if (row == null) {
            return unknown();
        }
        Staging staging = row.staging();
        Staging.Hook hook = staging == null ? null : staging.hook(go.hook());
        if (staging == null || hook == null || !hook.pause()) {
            return Edit.refused(
                    Cause.INVALID_PARAMETER,
                    "The service deployment has no pause hook with the ID '" + go.hook() + "'.");
        }
        if (row.status().over() || hook.status() != Staging.HookStatus.AWAITING_ACTION) {
            return Edit.refused(
                    Cause.CONFLICT, "The hook '" + go.hook() + "' does not wait for an action.");
        }
        Staging.HookStatus status =
                go.rollback() ? Staging.HookStatus.FAILED : Staging.HookStatus.SUCCEEDED;
        put(row.staged(staging.changing(hook.with(status)), edit.nowMillis));
        edit.touch(row.key().service());
        return Edit.done();
    }

    Reply report(ReportHook report) {
        ServiceDeployment row = edit.serviceDeploymentRows.get(report.deployment());
        Staging staging = row == null ? null : row.staging();
        Staging.Hook hook = staging == null ? null : staging.hook(report.hook());
        if (row == null
                || staging == null
                || hook == null
                || hook.pause()
                || row.status().over()
                || hook.status() != Staging.HookStatus.IN_PROGRESS) {
            return Edit.done();
        }
        long again = Math.max(0, report.againMillis());
        Staging.Hook next = hook.with(report.status(), edit.nowMillis + again, report.note());
        put(row.staged(staging.changing(next), edit.nowMillis));
        if (report.status() == Staging.HookStatus.IN_PROGRESS) {
            edit.due(again, Deadline.Kind.LOOK_AT_SERVICE, row.key().service());
        }
        edit.touch(row.key().service());
        return Edit.done();
    }

    private static Reply unknown() {
        return Edit.refused(
                Cause.SERVICE_DEPLOYMENT_NOT_FOUND, "The service deployment was not found.");
    }
}
