package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Compatibility;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.PlatformUnknownException;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/** Fargate on the workers of an installation. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class FargateTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private TaskDefinition register(String cpu, String memory) {
        return register(cpu, memory, c -> {});
    }

    private TaskDefinition register(
            String cpu, String memory, Consumer<ContainerDefinition.Builder> change) {
        var container = ContainerDefinition.builder().name("main").image("busybox");
        change.accept(container);
        return ecs.registerTaskDefinition(
                        r ->
                                r.family("web")
                                        .requiresCompatibilities(Compatibility.FARGATE)
                                        .cpu(cpu)
                                        .memory(memory)
                                        .containerDefinitions(container.build()))
                .taskDefinition();
    }

    @ParameterizedTest
    @CsvSource({
        "256,512",
        "256,2048",
        "512,1024",
        "512,4096",
        "1 vCPU,2 GB",
        "1024,8192",
        "2048,16384",
        "4096,30720",
        "8192,20480",
        "16384,122880"
    })
    void sizesOfFargateAreTaken(String cpu, String memory) {
        assertThat(register(cpu, memory).compatibilities()).contains(Compatibility.FARGATE);
    }

    @ParameterizedTest
    @CsvSource({
        "256,3072",
        "256,1536",
        "512,512",
        "1024,1024",
        "300,1024",
        "4096,31744",
        "8192,17408",
        "16384,40000"
    })
    void othersAreNot(String cpu, String memory) {
        assertThatThrownBy(() -> register(cpu, memory))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("No Fargate configuration exists for given values.");
    }

    private void refused(String part, Consumer<ContainerDefinition.Builder> change) {
        assertThatThrownBy(() -> register("256", "512", change))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining(part);
    }

    @Test
    void whatFargateDoesNotHaveIsRefused() {
        refused("'privileged'", c -> c.privileged(true));
        refused("'stopTimeout'", c -> c.stopTimeout(121));
        refused(
                "capabilities.add",
                c -> c.linuxParameters(l -> l.capabilities(k -> k.add("NET_ADMIN"))));
        refused("tmpfs", c -> c.linuxParameters(l -> l.tmpfs(t -> t.containerPath("/x").size(1))));
        refused("resourceRequirements", c -> c.resourceRequirements(r -> r.type("GPU").value("1")));
        assertThat(
                        register(
                                        "256",
                                        "512",
                                        c ->
                                                c.linuxParameters(
                                                        l ->
                                                                l.capabilities(
                                                                        k -> k.add("SYS_PTRACE"))))
                                .revision())
                .isEqualTo(1);
        assertThatThrownBy(
                        () ->
                                ecs.registerTaskDefinition(
                                        r ->
                                                r.family("x")
                                                        .requiresCompatibilities(
                                                                Compatibility.FARGATE)
                                                        .memory("512")
                                                        .containerDefinitions(
                                                                Office.container("m").build())))
                .hasMessageContaining("'cpu'");
    }

    private Task run(Consumer<RunTaskRequest.Builder> change) {
        var request =
                RunTaskRequest.builder()
                        .cluster("demo")
                        .taskDefinition("web")
                        .launchType("FARGATE");
        change.accept(request);
        var answer = ecs.runTask(request.build());
        assertThat(answer.failures()).isEmpty();
        return answer.tasks().getFirst();
    }

    @Test
    void aWorkerThatSaysNothingServesFargate() {
        register("256", "512");
        office.worker("demo");
        Task task = run(r -> {});
        assertThat(task.launchTypeAsString()).isEqualTo("FARGATE");
        assertThat(task.platformVersion()).isEqualTo("1.4.0");
        assertThat(task.platformFamily()).isEqualTo("Linux");
        assertThat(task.capacityProviderName()).isNull();
        assertThat(run(r -> r.platformVersion("1.3.0")).platformVersion()).isEqualTo("1.3.0");
    }

    @Test
    void onlyWhatSuitsFargateIsRunThere() {
        office.worker("demo");
        office.definition("plain");
        register("256", "512");
        assertThatThrownBy(() -> run(r -> r.taskDefinition("plain")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Task definition does not support launch_type FARGATE.");
        assertThatThrownBy(() -> run(r -> r.placementStrategy(p -> p.type("random"))))
                .hasMessageContaining("not supported with FARGATE");
        assertThatThrownBy(() -> run(r -> r.placementConstraints(p -> p.type("distinctInstance"))))
                .hasMessageContaining("not supported with FARGATE");
        assertThatThrownBy(() -> run(r -> r.platformVersion("9.9")))
                .isInstanceOf(PlatformUnknownException.class);
        assertThatThrownBy(() -> run(r -> r.overrides(o -> o.memory("700"))))
                .hasMessageContaining("No Fargate configuration exists for given values.");
        assertThat(run(r -> r.overrides(o -> o.memory("1024"))).memory()).isEqualTo("1024");
    }

    @Test
    void withoutWorkersOfFargateTheRequestFindsNoCapacity() {
        register("256", "512");
        office.worker("demo", "gantry.capacity-provider=pool");
        var answer =
                ecs.runTask(r -> r.cluster("demo").taskDefinition("web").launchType("FARGATE"));
        assertThat(answer.tasks()).isEmpty();
        assertThat(answer.failures().getFirst().reason()).startsWith("Capacity is unavailable");
    }

    @Test
    void spotTasksRunOnSpotWorkers() {
        ecs.putClusterCapacityProviders(
                r ->
                        r.cluster("demo")
                                .capacityProviders("FARGATE", "FARGATE_SPOT")
                                .defaultCapacityProviderStrategy(
                                        i -> i.capacityProvider("FARGATE_SPOT").weight(1)));
        register("256", "512");
        office.worker("demo", "gantry.capacity-type=on-demand");
        String spot = office.worker("demo", "gantry.capacity-type=spot");
        Task task = run(r -> r.launchType((String) null));
        assertThat(task.capacityProviderName()).isEqualTo("FARGATE_SPOT");
        assertThat(task.containerInstanceArn()).isEqualTo(spot);
        assertThat(run(r -> {}).containerInstanceArn()).isNotEqualTo(spot);
    }

    @Test
    void aServiceOnFargateShowsItsPlatform() {
        register("256", "512");
        Service service =
                ecs.createService(
                                r ->
                                        r.cluster("demo")
                                                .serviceName("s")
                                                .taskDefinition("web")
                                                .launchType("FARGATE")
                                                .desiredCount(1))
                        .service();
        assertThat(service.platformVersion()).isEqualTo("LATEST");
        assertThat(service.platformFamily()).isEqualTo("Linux");
        assertThat(service.deployments().getFirst().platformVersion()).isEqualTo("1.4.0");
        Service changed =
                ecs.updateService(r -> r.cluster("demo").service("s").platformVersion("1.4.0"))
                        .service();
        assertThat(changed.platformVersion()).isEqualTo("1.4.0");
        assertThat(changed.deployments().getFirst().id())
                .isNotEqualTo(service.deployments().getFirst().id());
    }
}
