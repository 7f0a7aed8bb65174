package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.PlatformDevice;
import software.amazon.awssdk.services.ecs.model.Resource;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Task;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class GpusApiTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private String machine(String... gpus) {
        String arn =
                ecs.registerContainerInstance(
                                r ->
                                        r.cluster("demo")
                                                .totalResources(Office.resources())
                                                .platformDevices(
                                                        List.of(gpus).stream()
                                                                .map(GpusApiTest::device)
                                                                .toList()))
                        .containerInstance()
                        .containerInstanceArn();
        office.connect(arn);
        return arn;
    }

    private static PlatformDevice device(String id) {
        return PlatformDevice.builder().id(id).type("GPU").build();
    }

    private ContainerInstance describe(String arn) {
        return ecs.describeContainerInstances(r -> r.cluster("demo").containerInstances(arn))
                .containerInstances()
                .getFirst();
    }

    private RunTaskResponse run(String type, String gpus) {
        return ecs.runTask(
                r ->
                        r.cluster("demo")
                                .taskDefinition("web")
                                .overrides(
                                        o ->
                                                o.containerOverrides(
                                                        c ->
                                                                c.name("main")
                                                                        .resourceRequirements(
                                                                                g ->
                                                                                        g.type(type)
                                                                                                .value(
                                                                                                        gpus)))));
    }

    private static List<String> gpus(List<Resource> resources) {
        return resources.stream()
                .filter(each -> each.name().equals("GPU"))
                .peek(each -> assertThat(each.type()).isEqualTo("STRINGSET"))
                .flatMap(each -> each.stringSetValue().stream())
                .toList();
    }

    @Test
    void machinesShowWhatTheyHaveAndWhatIsLeft() {
        office.definition("web");
        String arn = machine("GPU-2", "GPU-1");
        assertThat(gpus(describe(arn).registeredResources())).containsExactly("GPU-2", "GPU-1");

        Task task = run("GPU", "1").tasks().getFirst();
        assertThat(task.containers().getFirst().gpuIds()).containsExactly("GPU-2");
        assertThat(gpus(describe(arn).registeredResources())).containsExactly("GPU-2", "GPU-1");
        assertThat(gpus(describe(arn).remainingResources())).containsExactly("GPU-1");

        RunTaskResponse tooMany = run("GPU", "2");
        assertThat(tooMany.tasks()).isEmpty();
        assertThat(tooMany.failures().getFirst().reason()).isEqualTo("RESOURCE:GPU");
        assertThat(tooMany.failures().getFirst().arn()).isEqualTo(arn);

        office.report(task.taskArn(), "STOPPED");
        assertThat(gpus(describe(arn).remainingResources())).containsExactly("GPU-2", "GPU-1");
        Container stopped =
                ecs.describeTasks(r -> r.cluster("demo").tasks(task.taskArn()))
                        .tasks()
                        .getFirst()
                        .containers()
                        .getFirst();
        assertThat(stopped.gpuIds()).containsExactly("GPU-2");
    }

    @Test
    void machinesWithoutShowNone() {
        office.definition("web");
        String arn = machine();
        assertThat(describe(arn).registeredResources())
                .extracting(Resource::name)
                .containsExactly("CPU", "MEMORY", "PORTS", "PORTS_UDP");
        Task plain = ecs.runTask(r -> r.cluster("demo").taskDefinition("web")).tasks().getFirst();
        assertThat(plain.containers().getFirst().hasGpuIds()).isFalse();
    }

    @Test
    void onlyWholeGpusCanBeAskedFor() {
        office.definition("web");
        machine("g");
        for (String value : List.of("0", "-1", "half", "ALL", "1.5")) {
            assertThatThrownBy(() -> run("GPU", value))
                    .isInstanceOf(InvalidParameterException.class)
                    .hasMessageContaining("GPU");
        }
        assertThatThrownBy(() -> run("InferenceAccelerator", "1"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("InferenceAccelerator");
    }

    @Test
    void devicesThatCannotBeToldApartAreRefused() {
        assertThatThrownBy(() -> machine("g", "g"))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("'g' more than once");
        assertThatThrownBy(() -> machine(" "))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("must have an id");
    }
}
