package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A leader that plans for the service of a lab, and agents that do as they are told. */
final class Crew {
    private final Lab lab;
    private int fewestHealthy = Integer.MAX_VALUE;
    private int mostAlive;
    private final Set<TaskDefinitionKey> broken = new HashSet<>();

    Crew(Lab lab) {
        this.lab = lab;
    }

    /** Tasks of a definition never reach RUNNING from now on. */
    void breaks(TaskDefinitionKey definition) {
        broken.add(definition);
    }

    void mends(TaskDefinitionKey definition) {
        broken.remove(definition);
    }

    private boolean runs(Task task) {
        return task.wanted() && !broken.contains(task.taskDefinition());
    }

    /** Plans, obedience and time, until nothing changes any more. */
    void converge() {
        int quiet = 0;
        for (int i = 0; i < 200 && quiet < 5; i++) {
            boolean planned = reconcile();
            boolean observed = obey();
            lab.pass(Duration.ofSeconds(10));
            Audit.check(lab.state());
            watch();
            quiet = planned || observed ? 0 : quiet + 1;
        }
        assertThat(quiet).as("converged").isEqualTo(5);
    }

    /** Whether there was something to do. */
    boolean reconcile() {
        var plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
        if (plan == null) {
            return false;
        }
        lab.apply(plan);
        watch();
        return true;
    }

    /** Whether there was something to report. */
    boolean obey() {
        List<Task> news =
                lab.state()
                        .tasksOf(Lab.WEB)
                        .filter(Task::alive)
                        .filter(task -> !task.wanted() || task.last() == Status.PENDING)
                        .toList();
        news.forEach(
                task ->
                        lab.observe(
                                task.id(),
                                runs(task) ? Status.RUNNING : Status.STOPPED,
                                task.wanted() ? null : 143));
        return !news.isEmpty();
    }

    private void watch() {
        Census census = Census.of(lab.state(), lab.service());
        fewestHealthy = Math.min(fewestHealthy, census.healthy());
        mostAlive = Math.max(mostAlive, census.alive());
    }

    /** Forgets what was seen so far. */
    void watchAnew() {
        fewestHealthy = Integer.MAX_VALUE;
        mostAlive = 0;
    }

    int fewestHealthy() {
        return fewestHealthy;
    }

    int mostAlive() {
        return mostAlive;
    }

    /** The newest event of the service. */
    String said() {
        return lab.service().events().getFirst().message();
    }

    /** Tasks that should run, in the order in which they were made. */
    List<Task> wanted() {
        return lab.state().aliveOf(Lab.WEB).filter(Task::wanted).toList();
    }
}
