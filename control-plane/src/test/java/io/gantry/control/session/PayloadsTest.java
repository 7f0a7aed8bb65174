package io.gantry.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ResourceRequirement;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

class PayloadsTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);

    private final Lab lab = new Lab(21);

    private AcsTask payload(TaskId id) {
        Task task = lab.task(id);
        var row =
                Check.present(
                        lab.state().taskDefinitions().get(task.taskDefinition()), "definition");
        var payloads = new Payloads(Check.present(lab.state().realm(), "realm"));
        return payloads.run(task, row, lab.state().imageDigests(task));
    }

    private TaskId placed() {
        var plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
        return ((Reply.Started) lab.apply(Check.present(plan, "plan"))).started().getFirst();
    }

    private static ContainerDefinition container(String name, String image) {
        return ContainerDefinition.builder().name(name).image(image).essential(true).build();
    }

    @Test
    void laterTasksOfADeploymentGetTheContentThatTheFirstHasFound() {
        lab.worker(4096, 4096, Map.of());
        var definition =
                TaskDefinition.builder()
                        .family("web")
                        .containerDefinitions(
                                container("main", "registry:5000/team/web:latest"),
                                container("side", "busybox"))
                        .build();
        var key = lab.definition(definition, Lab.SMALL);
        lab.createService(key, 1, 0, 200);
        TaskId first = placed();
        assertThat(payload(first).containers())
                .extracting(AcsContainer::image)
                .containsExactly("registry:5000/team/web:latest", "busybox");
        lab.report(
                first,
                Status.PENDING,
                null,
                new ContainerSeen("main", Status.PENDING, null, null, null, DIGEST, null, null),
                new ContainerSeen("side", Status.PENDING, null, null, null, DIGEST, null, null));

        lab.updateService(key, 2, false);
        assertThat(payload(placed()).containers())
                .extracting(AcsContainer::image)
                .containsExactly("registry:5000/team/web@" + DIGEST, "busybox@" + DIGEST);

        lab.updateService(key, 3, true);
        assertThat(payload(placed()).containers())
                .as("a new deployment asks the registry again")
                .extracting(AcsContainer::image)
                .containsExactly("registry:5000/team/web:latest", "busybox");
    }

    @Test
    void gpusAreToldByIdToTheContainersThatHaveThem() {
        var worker = lab.worker(4096, 4096, Map.of(), List.of("g0", "g1", "g2"));
        var definition =
                TaskDefinition.builder()
                        .family("train")
                        .containerDefinitions(
                                container("log", "busybox"), gpus("a", "1"), gpus("b", "2"))
                        .build();
        var footprint = new Footprint(new Resources(1, 1), List.of(), List.of(), 3);
        var key = lab.definition(definition, footprint);
        TaskId task = lab.started(lab.apply(lab.run(key, worker, null)));
        assertThat(payload(task).associations())
                .containsExactly(
                        new AcsTask.Association("g0", "gpu", null, List.of("a")),
                        new AcsTask.Association("g1", "gpu", null, List.of("b")),
                        new AcsTask.Association("g2", "gpu", null, List.of("b")));
    }

    private static ContainerDefinition gpus(String name, String count) {
        var need = ResourceRequirement.builder().type("GPU").value(count).build();
        return container(name, "cuda").toBuilder().resourceRequirements(need).build();
    }
}
