package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tag {@code gantry:max-parallel}. */
class MaxParallelTest {
    private final Lab lab = new Lab(5);
    private final TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
    private final Crew crew = new Crew(lab);

    private void create(int desired, int min, int max, int parallel) {
        for (int i = 0; i < 3; i++) {
            lab.worker(8192, 8192, Map.of());
        }
        lab.createService(
                web,
                desired,
                spec ->
                        spec.deploymentConfiguration(
                                c -> c.minimumHealthyPercent(min).maximumPercent(max)),
                Lab.WEB,
                Map.of("gantry:max-parallel", Integer.toString(parallel)));
    }

    private int beginning() {
        Census census = Census.of(lab.state(), lab.service());
        return (int) census.current().stream().filter(task -> !census.healthy(task)).count();
    }

    @ParameterizedTest
    @CsvSource({"6,100,200,1", "6,0,100,2", "5,50,150,2", "7,0,200,3", "4,100,200,9", "1,0,100,1"})
    void noMoreThanSoManyAreBegunAndNotYetHealthy(int desired, int min, int max, int parallel) {
        create(desired, min, max, parallel);
        for (int round = 0; round < 2; round++) {
            if (round > 0) {
                lab.updateService(lab.definition("web", Lab.SMALL), desired, true);
            }
            for (int step = 0; step < 400; step++) {
                while (crew.reconcile()) {
                    assertThat(beginning()).isLessThanOrEqualTo(parallel);
                    if (round > 0) {
                        assertThat(Census.of(lab.state(), lab.service()).healthy())
                                .isGreaterThanOrEqualTo(desired - parallel);
                    }
                }
                crew.obey();
                lab.pass(Duration.ofSeconds(lab.random.nextInt(15)));
                Audit.check(lab.state());
            }
            assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
            assertThat(crew.wanted()).hasSize(desired);
        }
    }

    @Test
    void tasksThatAreLostWhenNothingIsDeployedAreReplacedAllAtOnce() {
        create(4, 100, 200, 1);
        for (int i = 0; i < 5; i++) {
            crew.converge();
        }
        crew.wanted().forEach(task -> lab.observe(task.id(), Status.STOPPED, 1));
        crew.reconcile();
        assertThat(crew.wanted()).hasSize(4).allMatch(task -> task.last() == Status.PENDING);
    }

    @Test
    void aTaskThatNeverProvesHealthyHoldsUpTheOthers() {
        create(3, 100, 200, 1);
        crew.converge();
        crew.converge();
        TaskDefinitionKey bad = lab.definition("web", Lab.SMALL);
        lab.updateService(bad, 3, true);
        crew.reconcile();
        lab.pass(Duration.ofMinutes(30));
        crew.reconcile();
        assertThat(crew.wanted().stream().filter(task -> task.taskDefinition().equals(bad)))
                .hasSize(1);
        assertThat(crew.wanted()).filteredOn(Task::wanted).hasSize(4);
    }
}
