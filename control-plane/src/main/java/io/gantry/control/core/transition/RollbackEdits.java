package io.gantry.control.core.transition;

import io.gantry.control.core.rollout.Breaker;
import io.gantry.control.core.rollout.Revisions;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceDeployment.Rollback;
import io.gantry.control.core.state.ServiceDeployment.Status;
import io.gantry.control.core.state.ServiceDeployment.Trial;
import io.gantry.control.core.state.ServiceRevision;

/**
 * How rolling deployments fail, or are stopped, and what becomes of the service then.
 *
 * <p>A service without a completed deployment has nothing to go back to: its deployment stays
 * FAILED and starts no more tasks, and its service deployment is STOPPED, as ECS has no status for
 * one that has failed. So it is when a deployment fails that is a rollback itself.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html">Circuit
 *     breaker</a>
 */
final class RollbackEdits {
    private static final String BREAKER = "ECS deployment circuit breaker: ";
    private static final String EXCEEDED = " because the circuit breaker threshold was exceeded.";

    private final Edit edit;
    private final Diary diary;
    private final ReleaseEdits releases;

    RollbackEdits(Edit edit, Diary diary, ReleaseEdits releases) {
        this.edit = edit;
        this.diary = diary;
        this.releases = releases;
    }

    /** What a service deployment remembers of its circuit breaker once it is over. */
    ServiceDeployment counted(Service service, ServiceDeployment row) {
        Breaker breaker = breaker(service);
        Deployment target = service.deployment(row.target());
        return row.trial().tripped() || !breaker.on() || target == null
                ? row
                : row.tried(new Trial(target.failed(), breaker.threshold(), false));
    }

    private static Breaker breaker(Service service) {
        return Breaker.of(service.spec().deploymentConfiguration(), service.desiredCount());
    }

    Service settle(Service service, ServiceDeployment row) {
        return switch (row.status()) {
            case STOP_REQUESTED -> stopped(service);
            case ROLLBACK_REQUESTED -> stoppedAndBack(service);
            default -> isTripped(service) ? tripped(service, row) : service;
        };
    }

    private static boolean isTripped(Service service) {
        Breaker breaker = breaker(service);
        Deployment primary = service.primary();
        return breaker.on()
                && primary.rollout() == Rollout.IN_PROGRESS
                && primary.failed() >= breaker.threshold();
    }

    private Service tripped(Service service, ServiceDeployment row) {
        Breaker breaker = breaker(service);
        Deployment primary = service.primary();
        Service failed =
                diary.failed(
                        failed(service, BREAKER + "tasks failed to start."),
                        primary.id(),
                        "tasks failed to start");
        if (row.rollingBack()) {
            return releases.end(
                    failed,
                    Status.ROLLBACK_FAILED,
                    "Service deployment rollback failed" + EXCEEDED);
        }
        releases.put(row.tried(new Trial(primary.failed(), breaker.threshold(), true)));
        return breaker.rollsBack()
                ? back(
                        failed,
                        "Service deployment rolled back" + EXCEEDED,
                        BREAKER,
                        service.course().completed())
                : releases.end(failed, Status.STOPPED, "Service deployment stopped" + EXCEEDED);
    }

    /** The primary deployment has failed, and starts no more tasks. */
    Service failed(Service service, String reason) {
        return service.changing(
                service.primary().number(), each -> each.failed(reason, edit.nowMillis));
    }

    private Service stopped(Service service) {
        String reason = "ECS deployment " + service.primary().id() + " stopped.";
        return releases.end(
                failed(service, reason), Status.STOPPED, "Service deployment stopped by the user.");
    }

    private Service stoppedAndBack(Service service) {
        String reason = "ECS deployment " + service.primary().id() + " stopped.";
        return back(
                failed(service, reason),
                "Service deployment rolled back by the user.",
                "ECS deployment: ",
                service.course().completed());
    }

    /**
     * Makes an earlier revision the one to be rolled out.
     *
     * @param number of the revision, 0 for none
     */
    Service back(Service service, String reason, String who, long number) {
        ServiceDeployment row = releases.ongoing(service);
        ServiceRevision target =
                edit.revisionRows.get(new ServiceRevision.Key(service.key(), number));
        if (row == null || target == null || number == service.primary().number()) {
            return releases.end(
                    service,
                    Status.STOPPED,
                    "Service deployment stopped, as there is no completed deployment to roll back"
                            + " to.");
        }
        String why = who + "rolling back to deploymentId ecs-svc/" + number + ".";
        Deployment known = service.deployment(number);
        long now = edit.nowMillis;
        int desired = service.desiredCount();
        Deployment again =
                known == null
                        ? Deployment.again(target, desired, why, now)
                        : known.again(desired, why, now);
        releases.put(row.rollingBack(new Rollback(number, reason, now), now));
        return diary.rollingBack(
                service.with(Revisions.restored(service.spec(), target.spec()), desired)
                        .leading(again));
    }
}
