package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services that change hands between ECS and somebody else. */
class ControllersTest {
    private final Lab lab = new Lab(9);
    private final TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
    private final Crew crew = new Crew(lab);
    private final Sets sets = new Sets(lab);

    @BeforeEach
    void addWorker() {
        lab.worker(8192, 8192, Map.of());
    }

    private Reply change(String controller, @Nullable TaskDefinitionKey definition) {
        Service service = lab.service();
        return lab.apply(
                new Command.UpdateService(
                        Lab.WEB,
                        service.version(),
                        service.spec().toBuilder()
                                .deploymentController(d -> d.type(controller))
                                .build(),
                        service.desiredCount(),
                        definition,
                        definition == null ? 0 : lab.ids.deployment()));
    }

    private static String message(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        return ((Reply.Refused) reply).message();
    }

    @Test
    void whatEcsHasDeployedBecomesASetThatCanBeDeleted() {
        lab.createService(app, 3, 100, 200);
        crew.converge();
        List<Task> before = crew.wanted();
        long number = lab.service().primary().number();
        assertThat(change("EXTERNAL", null)).isInstanceOf(Reply.Done.class);
        crew.converge();
        assertThat(crew.wanted()).extracting(Task::id).isEqualTo(ids(before));
        assertThat(sets.of(number).status()).isEqualTo(TaskSet.Status.ACTIVE);
        assertThat(sets.of(number).steady()).isTrue();
        assertThat(sets.of(number).spec().scale().value()).isEqualTo(100);
        long next = sets.create(app, 100);
        sets.lead(next);
        sets.delete(number, true);
        crew.converge();
        assertThat(lab.service().deployments())
                .extracting(each -> each.number())
                .containsOnly(next);
    }

    private static List<?> ids(List<Task> tasks) {
        return tasks.stream().map(Task::id).toList();
    }

    @Test
    void theSetThatServesIsReplacedByADeploymentOfEcs() {
        sets.service(4);
        long set = sets.create(app, 100);
        sets.lead(set);
        crew.converge();
        TaskDefinitionKey next = lab.definition("app", Lab.SMALL);
        crew.watchAnew();
        assertThat(change("ECS", next)).isInstanceOf(Reply.Done.class);
        assertThat(lab.service().external()).isFalse();
        assertThat(lab.service().deployments()).hasSize(2).allMatch(each -> each.set() == null);
        crew.converge();
        assertThat(crew.fewestHealthy()).isGreaterThanOrEqualTo(4);
        assertThat(lab.service().primary().taskDefinition()).isEqualTo(next);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(lab.latestDeployment().sources()).containsExactly(set);
        assertThat(lab.latestDeployment().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
    }

    @Test
    void aFailedDeploymentAfterwardsGoesBackToWhatTheSetWas() {
        sets.service(2);
        long set = sets.create(app, 100);
        sets.lead(set);
        crew.converge();
        TaskDefinitionKey bad = lab.definition("bad", Lab.SMALL);
        crew.breaks(bad);
        change("ECS", bad);
        lab.apply(new Command.StopServiceDeployment(lab.latestDeployment().key(), true));
        lab.pass(Duration.ofSeconds(1));
        crew.converge();
        assertThat(lab.service().primary().number()).isEqualTo(set);
        assertThat(crew.wanted()).hasSize(2).allMatch(task -> task.deployment() == set);
    }

    @Test
    void thereAndBackAgain() {
        lab.createService(app, 2, 100, 200);
        crew.converge();
        long number = lab.service().primary().number();
        change("EXTERNAL", null);
        sets.lead(number);
        assertThat(change("ECS", app)).isInstanceOf(Reply.Done.class);
        crew.converge();
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(lab.service().primary().number()).isNotEqualTo(number);
        assertThat(
                        Check.present(lab.service().deployment(lab.service().primary().number()), 0)
                                .set())
                .isNull();
    }

    @Test
    void handsAreChangedOnlyInQuietTimes() {
        lab.createService(app, 2, 100, 200);
        assertThat(message(change("EXTERNAL", null))).contains("ongoing service deployment");
        crew.converge();
        assertThat(change("EXTERNAL", null)).isInstanceOf(Reply.Done.class);
        assertThat(message(change("ECS", app))).contains("requires a primary taskset");
        long second = sets.create(app, 0);
        sets.lead(second);
        assertThat(message(change("ECS", app))).contains("multiple tasksets");
    }

    @Test
    void daemonsStayWithEcs() {
        lab.createService(app, 0, spec -> spec.schedulingStrategy("DAEMON"), Lab.WEB);
        crew.converge();
        assertThat(message(change("EXTERNAL", null))).contains("DAEMON");
    }
}
