package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

class ImagePinsTest {
    private static final String ONE = "sha256:" + "1".repeat(64);
    private static final String TWO = "sha256:" + "2".repeat(64);

    private final Lab lab = new Lab(9);

    @BeforeEach
    void machine() {
        lab.worker(16_384, 16_384, Map.of());
    }

    private static ContainerDefinition.Builder container(String name, String image) {
        return ContainerDefinition.builder().name(name).image(image).essential(true);
    }

    private TaskDefinitionKey definition(ContainerDefinition.Builder... containers) {
        List<ContainerDefinition> all =
                List.of(containers).stream().map(ContainerDefinition.Builder::build).toList();
        return lab.definition(
                TaskDefinition.builder().family("web").containerDefinitions(all).build(),
                Lab.SMALL);
    }

    /** Lets the scheduler place what the service lacks; the tasks that have come. */
    private List<TaskId> place() {
        var plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
        return plan == null ? List.of() : ((Reply.Started) lab.apply(plan)).started();
    }

    private void resolved(TaskId task, String container, @Nullable String digest) {
        lab.report(
                task,
                Status.PENDING,
                null,
                new ContainerSeen(container, null, null, null, null, digest, null, null));
    }

    private Map<String, String> pins(TaskId task) {
        return lab.state().imageDigests(lab.task(task));
    }

    @Test
    void theFirstDigestOfAContainerIsThatOfItsDeployment() {
        TaskDefinitionKey definition =
                definition(container("main", "web:latest"), container("side", "log"));
        lab.createService(definition, 2, 0, 200);
        List<TaskId> tasks = place();
        assertThat(pins(tasks.getFirst())).isEmpty();
        long version = lab.task(tasks.getFirst()).version();

        resolved(tasks.getFirst(), "main", ONE);
        resolved(tasks.getLast(), "main", TWO);
        resolved(tasks.getLast(), "side", TWO);

        assertThat(pins(tasks.getFirst())).isEqualTo(Map.of("main", ONE, "side", TWO));
        Task first = lab.task(tasks.getFirst());
        assertThat(first.containers().getFirst().imageDigest()).isEqualTo(ONE);
        assertThat(first.last()).isEqualTo(Status.PENDING);
        assertThat(first.version()).isEqualTo(version + 1);
        assertThat(lab.task(tasks.getLast()).containers().getFirst().imageDigest())
                .as("what the task itself runs is told as it is")
                .isEqualTo(TWO);

        lab.updateService(definition, 3, false);
        assertThat(pins(place().getFirst())).as("scaled out").containsEntry("main", ONE);
        Audit.check(lab.state());
    }

    @Test
    void aPlanMadeBeforeTheDigestCameStillHolds() {
        lab.createService(definition(container("main", "web")), 1, 0, 200);
        TaskId task = place().getFirst();
        lab.updateService(lab.service().primary().taskDefinition(), 2, false);
        var plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
        resolved(task, "main", ONE);
        assertThat(plan).isNotNull();
        if (plan != null) {
            assertThat(lab.started(lab.apply(plan))).isNotNull();
        }
    }

    @Test
    void aNewDeploymentOfTheSameDefinitionResolvesAgain() {
        TaskDefinitionKey definition = definition(container("main", "web:latest"));
        lab.createService(definition, 1, 0, 200);
        TaskId old = place().getFirst();
        resolved(old, "main", ONE);
        lab.updateService(definition, 1, true);
        TaskId fresh = place().getFirst();
        assertThat(pins(fresh)).isEmpty();

        resolved(old, "main", TWO);
        assertThat(pins(fresh)).as("an older deployment says nothing of it").isEmpty();
        assertThat(pins(old)).isEqualTo(Map.of("main", ONE));

        resolved(fresh, "main", TWO);
        assertThat(pins(fresh)).isEqualTo(Map.of("main", TWO));
        assertThat(pins(old)).isEqualTo(Map.of("main", ONE));
    }

    @Test
    void whatCannotOrMayNotBePinnedIsNot() {
        lab.createService(
                definition(
                        container("free", "web").versionConsistency("disabled"),
                        container("fixed", "web@" + TWO),
                        container("machine", "host"),
                        container("local", "built:here"),
                        container("odd", "web"),
                        container("strict", "web").versionConsistency("enabled")),
                1,
                0,
                200);
        TaskId task = place().getFirst();
        for (String name : List.of("free", "fixed", "machine", "strict", "unknown")) {
            resolved(task, name, ONE);
        }
        resolved(task, "local", null);
        resolved(task, "odd", "web@" + ONE);
        assertThat(pins(task)).isEqualTo(Map.of("strict", ONE));
    }

    @Test
    void aTaskWithoutServiceIsNotPinned() {
        TaskDefinitionKey definition = definition(container("main", "web"));
        lab.createService(definition, 1, 0, 200);
        var worker = lab.state().workers().values().toList().getFirst().id();
        TaskId alone = lab.started(lab.apply(lab.run(definition, worker, null)));
        resolved(alone, "main", ONE);
        assertThat(pins(alone)).isEmpty();
        assertThat(pins(place().getFirst())).isEmpty();
    }

    @Test
    void aStoppedTaskOfADeletedServiceChangesNothing() {
        lab.createService(definition(container("main", "web")), 1, 0, 200);
        TaskId task = place().getFirst();
        lab.apply(new Command.DeleteService(Lab.WEB, true));
        lab.report(
                task,
                Status.STOPPED,
                null,
                new ContainerSeen("main", Status.STOPPED, 0, null, null, ONE, null, null));
        assertThat(lab.service().deployments()).isEmpty();
        assertThat(pins(task)).isEmpty();
    }
}
