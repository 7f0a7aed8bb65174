package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Gpus;
import io.gantry.control.core.schedule.Plan;
import io.gantry.control.core.schedule.Planner;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.ResourceRequirement;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

class GpusTest {
    private final Lab lab = new Lab(5);
    private final WorkerId worker = lab.worker(4096, 4096, Map.of(), List.of("b", "a", "c"));

    /** A definition of containers main, c1, c2 and so on that need so many GPUs each. */
    static TaskDefinitionKey definition(Lab lab, String family, int... counts) {
        TaskDefinition definition = definition(family, counts);
        int all = Arrays.stream(counts).sum();
        return lab.definition(
                definition, new Footprint(new Resources(16, 16), List.of(), List.of(), all));
    }

    private static TaskDefinition definition(String family, int... counts) {
        var containers = new ContainerDefinition[counts.length];
        for (int i = 0; i < counts.length; i++) {
            containers[i] =
                    ContainerDefinition.builder()
                            .name(i == 0 ? "main" : "c" + i)
                            .image("cuda")
                            .essential(true)
                            .resourceRequirements(counts[i] == 0 ? List.of() : gpus(counts[i]))
                            .build();
        }
        return TaskDefinition.builder().family(family).containerDefinitions(containers).build();
    }

    private static List<ResourceRequirement> gpus(int count) {
        return List.of(
                ResourceRequirement.builder().type("GPU").value(Integer.toString(count)).build());
    }

    private TaskId run(TaskDefinitionKey definition) {
        return lab.started(lab.apply(lab.run(definition, worker, null)));
    }

    private List<TaskId> refused(TaskDefinitionKey definition) {
        Reply reply = lab.apply(lab.run(definition, worker, null));
        return ((Reply.Started) reply).refused();
    }

    private Plan plan(int gpus, int count) {
        var footprint = new Footprint(new Resources(16, 16), List.of(), List.of(), gpus);
        var demand = new Demand(Lab.CLUSTER, footprint, count, "g", List.of(), List.of());
        return Planner.plan(lab.state(), demand, lab.random);
    }

    @Test
    void theFirstFreeOnesAreGivenToContainersInTheirOrder() {
        Task task = lab.task(run(definition(lab, "two", 1, 0, 1)));
        assertThat(task.gpus()).isEqualTo(Map.of("main", List.of("b"), "c2", List.of("a")));
        assertThat(lab.machine(worker).freeGpus()).containsExactly("c");
        assertThat(lab.task(run(definition(lab, "one", 1))).gpus())
                .isEqualTo(Map.of("main", List.of("c")));
        Audit.check(lab.state());
    }

    @Test
    void whatIsTakenIsRefusedUntilItsTaskHasStopped() {
        TaskDefinitionKey definition = definition(lab, "two", 2);
        TaskId first = run(definition);
        assertThat(refused(definition)).hasSize(1);
        lab.observe(first, Status.RUNNING, null);
        lab.apply(new Command.StopTask(first, "UserInitiated", "x"));
        assertThat(refused(definition)).as("it is still there").hasSize(1);
        lab.observe(first, Status.STOPPED, 0);
        assertThat(lab.task(run(definition)).origin().gpuIds()).containsExactly("b", "a");
        assertThat(lab.task(first).origin().gpuIds())
                .as("what it had is still told")
                .containsExactly("b", "a");
    }

    @Test
    void plansCountThemAndSayWhatIsMissing() {
        lab.worker(4096, 4096, Map.of());
        Plan plan = plan(1, 5);
        assertThat(plan.places()).hasSize(3).containsOnly(worker);
        assertThat(plan.refusals()).extracting(Refusal::reason).containsOnly(Refusal.Reason.GPU);
        assertThat(Refusal.Reason.GPU.code()).isEqualTo("RESOURCE:GPU");
        assertThat(plan(4, 1).places()).isEmpty();
        assertThat(plan(0, 5).unplaced()).as("others go anywhere").isZero();
    }

    @Test
    void aMachineThatComesBackWithFewerKeepsItsTasks() {
        TaskId task = run(definition(lab, "two", 2));
        lab.reregister(worker, List.of("c", "a"));
        assertThat(lab.task(task).gpus()).isEqualTo(Map.of("main", List.of("b", "a")));
        assertThat(lab.machine(worker).freeGpus()).containsExactly("c");
        Audit.check(lab.state());
        lab.observe(task, Status.STOPPED, 0);
        assertThat(lab.machine(worker).freeGpus()).containsExactly("c", "a");
        assertThat(lab.machine(worker).usedGpus()).isEmpty();
        Audit.check(lab.state());
    }

    @Test
    void overridesReplaceWhatTheDefinitionSays() {
        var overrides =
                TaskOverride.builder()
                        .containerOverrides(
                                ContainerOverride.builder()
                                        .name("main")
                                        .resourceRequirements(gpus(2))
                                        .build(),
                                ContainerOverride.builder().name("c2").command("true").build())
                        .build();
        TaskDefinition definition = definition("x", 0, 0, 1);
        assertThat(Gpus.needed(definition, null)).isEqualTo(1);
        assertThat(Gpus.needed(definition, overrides)).isEqualTo(3);
        assertThat(Gpus.assigned(definition, overrides, List.of("1", "2", "3", "4")))
                .isEqualTo(Map.of("main", List.of("1", "2"), "c2", List.of("3")));
        assertThat(Gpus.assigned(definition, overrides, List.of("1", "2"))).isNull();
    }

    @Test
    void aCountIsAWholeNumberAboveZero() {
        assertThat(List.of("1", "8", "9999")).allMatch(Gpus::isCount);
        assertThat(List.of("", "0", "-1", "1.5", "ALL", "01", "10000")).noneMatch(Gpus::isCount);
        assertThat(Gpus.isCount(null)).isFalse();
    }
}
