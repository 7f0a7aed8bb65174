package io.gantry.control.core.transition;

import io.gantry.control.core.rollout.Breaker;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.util.function.UnaryOperator;

/** What deployments hold against themselves when their tasks fail, and forget when they do not. */
final class TaskFailures {
    private final Edit edit;
    private final Diary diary;

    TaskFailures(Edit edit, Diary diary) {
        this.edit = edit;
        this.diary = diary;
    }

    private static Breaker breaker(Service service) {
        return Breaker.of(service.spec().deploymentConfiguration(), service.desiredCount());
    }

    /** A task has reached RUNNING. */
    void running(Service service, Task task) {
        change(service, task, Deployment::succeeding);
        if (!task.checked()) {
            proved(edit.service(service.key()), task);
        }
    }

    /** A task has passed its health checks. */
    void proved(Service service, Task task) {
        if (breaker(service).resets()) {
            change(service, task, Deployment::proving);
        }
    }

    /**
     * A task has ended before it reached RUNNING.
     *
     * @return how long to wait with the next one, in milliseconds
     */
    long notStarted(Service service, Deployment deployment, Task task) {
        int failures = deployment.failedToStart() + 1;
        long delay = StartThrottle.delayMillis(failures);
        boolean counts = deployment.running() == 0 || !breaker(service).resets();
        long now = edit.nowMillis;
        change(service, task, each -> each.failing(now + delay, counts, now));
        if (StartThrottle.isImpaired(failures)) {
            diary.impaired(service.key());
        }
        return delay;
    }

    /** A task is replaced because of its health checks. */
    void unhealthy(Service service, Task task) {
        change(service, task, each -> each.unhealthy(edit.nowMillis));
    }

    private void change(Service service, Task task, UnaryOperator<Deployment> change) {
        edit.serviceRows.put(service.key(), service.changing(task.deployment(), change));
    }

    /** Whether a report has made a task pass its health checks. */
    static boolean provesHealthy(Task before, Task after) {
        return after.last() == Status.RUNNING
                && after.checked()
                && after.passing()
                && !(before.last() == Status.RUNNING && before.passing());
    }
}
