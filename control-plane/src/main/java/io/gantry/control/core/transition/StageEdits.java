package io.gantry.control.core.transition;

import io.gantry.control.core.rollout.Fleet;
import io.gantry.control.core.rollout.Stages;
import io.gantry.control.core.rollout.Step;
import io.gantry.control.core.rollout.Traffic;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceDeployment.Status;
import io.gantry.control.core.state.Staging;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deployments by stages: takes the steps that {@link Stages} says, and gives each revision the
 * number of tasks that it should have at the time.
 */
final class StageEdits {
    private static final String WHO = "ECS deployment: ";

    private final Edit edit;
    private final Diary diary;
    private final ReleaseEdits releases;
    private final RollbackEdits rollbacks;

    StageEdits(Edit edit, Diary diary, ReleaseEdits releases, RollbackEdits rollbacks) {
        this.edit = edit;
        this.diary = diary;
        this.releases = releases;
        this.rollbacks = rollbacks;
    }

    /** Where a deployment by stages begins; null for a rolling one. */
    @Nullable Staging begin(Service service) {
        if (!Stages.apply(service.spec().deploymentConfiguration())) {
            return null;
        }
        List<Deployment> others = service.deployments().stream().skip(1).toList();
        long blue =
                others.stream()
                        .map(Deployment::number)
                        .filter(number -> number == service.course().completed())
                        .findFirst()
                        .orElseGet(() -> others.isEmpty() ? 0 : others.getFirst().number());
        edit.due(Stages.LONGEST_MILLIS, Deadline.Kind.LOOK_AT_SERVICE, service.key());
        edit.due(Stages.LONGEST_STAGE_MILLIS, Deadline.Kind.LOOK_AT_SERVICE, service.key());
        return Stages.begin(blue, others.size() > 1, edit.nowMillis);
    }

    Service settle(Service service, ServiceDeployment asked) {
        if (asked.status() == Status.STOP_REQUESTED) {
            return stopped(service);
        }
        if (asked.status() == Status.PENDING) {
            releases.put(asked.started(edit.nowMillis));
        }
        Service settled =
                asked.status() == Status.ROLLBACK_REQUESTED
                        ? failed(service, asked, "Service deployment rolled back by the user.")
                        : service;
        Service before;
        ServiceDeployment row;
        do {
            before = settled;
            row = releases.ongoing(before);
            settled = row == null ? before : step(manned(before, row), row);
        } while (row != null && !row.equals(releases.ongoing(settled)));
        return settled;
    }

    private Service step(Service service, ServiceDeployment row) {
        Staging staging = row.staging();
        if (staging == null) {
            return service;
        }
        long now = edit.nowMillis;
        Step step = Stages.next(row, staging, fleet(service, row), Traffic.HEADLESS, now);
        return switch (step) {
            case Step.Stay() -> service;
            case Step.Go(var next) -> {
                releases.put(row.staged(next, now));
                wake(service, row, next);
                yield service;
            }
            case Step.Fail(var reason) -> failed(service, row, reason);
            case Step.Finish() -> finished(service);
        };
    }

    private void wake(Service service, ServiceDeployment row, Staging staging) {
        staging.hooks().stream()
                .map(Staging.Hook::expiresAtMillis)
                .forEach(at -> lookAt(service, at));
        lookAt(service, Stages.wakesAt(row, staging));
    }

    private void lookAt(Service service, long atMillis) {
        if (atMillis > edit.nowMillis) {
            edit.due(atMillis - edit.nowMillis, Deadline.Kind.LOOK_AT_SERVICE, service.key());
        }
    }

    /** Gives each revision as many tasks as it should have now. */
    private Service manned(Service service, ServiceDeployment row) {
        Staging staging = row.staging();
        Service manned = service;
        if (staging != null) {
            for (Deployment each : service.deployments()) {
                int desired =
                        Stages.desired(
                                staging, each.number(), row.target(), service.desiredCount());
                if (desired != each.desired()) {
                    manned =
                            manned.changing(
                                    each.number(), it -> it.desiring(desired, edit.nowMillis));
                }
            }
        }
        return manned;
    }

    private Fleet fleet(Service service, ServiceDeployment row) {
        Staging staging = row.staging();
        long blue = staging == null ? 0 : staging.blue();
        return new Fleet(
                isReady(service, row.target()),
                isReady(service, blue),
                isGone(service, row.target()),
                isGone(service, blue),
                service.deployments().stream()
                        .map(Deployment::number)
                        .filter(number -> number != row.target() && number != blue)
                        .allMatch(number -> isGone(service, number)));
    }

    private boolean isReady(Service service, long number) {
        Deployment deployment = service.deployment(number);
        return deployment != null
                && deployment.desired() == service.desiredCount()
                && deployment.pending() == 0
                && deployment.running() == deployment.desired()
                && edit.services().allHealthy(service.lane(deployment));
    }

    private static boolean isGone(Service service, long number) {
        Deployment deployment = service.deployment(number);
        return deployment == null || deployment.tasks().alive() == 0;
    }

    private Service failed(Service service, ServiceDeployment row, String reason) {
        Staging staging = row.staging();
        if (staging == null || staging.back()) {
            return releases.end(service, Status.ROLLBACK_FAILED, reason);
        }
        Service failed = diary.failed(rollbacks.failed(service, WHO + reason), target(row), reason);
        if (staging.blue() == 0) {
            return releases.end(failed, Status.STOPPED, reason);
        }
        Service back = rollbacks.back(failed, reason, WHO, staging.blue());
        ServiceDeployment turned = releases.ongoing(back);
        if (turned != null) {
            Staging next = Stages.back(staging, edit.nowMillis);
            releases.put(turned.staged(next, edit.nowMillis));
            wake(back, turned, next);
        }
        return back;
    }

    private static String target(ServiceDeployment row) {
        return "ecs-svc/" + row.target();
    }

    /** The revisions stay side by side as they are, until the next deployment. */
    private Service stopped(Service service) {
        String id = service.primary().id();
        Service ended =
                releases.end(
                        rollbacks.failed(service, "ECS deployment " + id + " stopped."),
                        Status.STOPPED,
                        "Service deployment stopped by the user.");
        return ended.with(ended.course().sideBySide());
    }

    private Service finished(Service service) {
        return releases.completed(
                diary.completed(
                        service.changing(
                                service.primary().number(),
                                each -> each.completed(edit.nowMillis))));
    }
}
