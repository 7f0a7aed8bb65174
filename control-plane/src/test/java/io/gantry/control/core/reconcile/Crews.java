package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * A leader that plans for all services of a lab, the most important first, and agents that do as
 * they are told.
 */
final class Crews {
    private final Lab lab;

    Crews(Lab lab) {
        this.lab = lab;
    }

    /** Plans, obedience and time, until nothing changes any more. */
    void converge() {
        int quiet = 0;
        for (int i = 0; i < 300 && quiet < 12; i++) {
            boolean planned = reconcile();
            boolean observed = obey();
            lab.pass(Duration.ofSeconds(10));
            Audit.check(lab.state());
            quiet = planned || observed ? 0 : quiet + 1;
        }
        assertThat(quiet).as("converged").isEqualTo(12);
    }

    /** Whether there was something to do. */
    boolean reconcile() {
        List<Service> services =
                lab.state()
                        .services()
                        .values()
                        .sorted(
                                Comparator.comparingInt(
                                        (Service each) -> -Priority.of(lab.state(), each)))
                        .toList();
        boolean planned = false;
        for (Service each : services) {
            planned |= reconcile(each.key());
        }
        return planned;
    }

    boolean reconcile(ServiceKey key) {
        Service service = lab.state().services().get(key);
        CommitPlan plan =
                service == null ? null : Reconciler.next(lab.state(), service, lab.ids, lab.random);
        if (plan != null) {
            lab.apply(plan);
        }
        return plan != null;
    }

    /** Whether there was something to report. */
    boolean obey() {
        List<Task> news =
                lab.state()
                        .aliveIn(Lab.CLUSTER)
                        .filter(task -> !task.wanted() || task.last() == Status.PENDING)
                        .toList();
        news.forEach(
                task ->
                        lab.observe(
                                task.id(),
                                task.wanted() ? Status.RUNNING : Status.STOPPED,
                                task.wanted() ? null : 143));
        return !news.isEmpty();
    }

    /** Tasks of a service that should run. */
    List<Task> wanted(ServiceKey key) {
        return lab.state().aliveOf(key).filter(Task::wanted).toList();
    }
}
