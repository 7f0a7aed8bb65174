package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ContainerCondition;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceField;
import software.amazon.awssdk.services.ecs.model.InstanceHealthCheckState;
import software.amazon.awssdk.services.ecs.model.LogDriver;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import software.amazon.awssdk.services.ecs.model.UlimitName;

/** Who uses the cluster that the agent belongs to. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
record Operator(EcsClient ecs, String cluster) {
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /** Two containers with much of what a container can have, like the task that was recorded. */
    Task runWebapp(TaskOverride overrides) {
        ecs.registerTaskDefinition(webapp());
        return run("webapp", overrides);
    }

    /** One container that is called "main". */
    Task runOne() {
        ecs.registerTaskDefinition(
                request ->
                        request.family("one")
                                .containerDefinitions(
                                        container ->
                                                container
                                                        .name("main")
                                                        .image("busybox:local")
                                                        .memory(16)));
        return run("one", TaskOverride.builder().build());
    }

    private Task run(String family, TaskOverride overrides) {
        var answer =
                ecs.runTask(
                        request ->
                                request.cluster(cluster)
                                        .taskDefinition(family)
                                        .overrides(overrides));
        assertThat(answer.failures()).isEmpty();
        return answer.tasks().getFirst();
    }

    Task describe(Task task) {
        var answer = ecs.describeTasks(r -> r.cluster(cluster).tasks(task.taskArn()));
        assertThat(answer.failures()).isEmpty();
        return answer.tasks().getFirst();
    }

    /** Waits until the runtime of a machine is said to feel so; that is stored in no hurry. */
    void awaitRuntime(String instance, InstanceHealthCheckState expected) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (runtime(instance) != expected) {
            assertThat(System.nanoTime()).as("time for %s", expected).isLessThan(deadline);
        }
    }

    private InstanceHealthCheckState runtime(String instance) {
        return ecs.describeContainerInstances(
                        r ->
                                r.cluster(cluster)
                                        .containerInstances(instance)
                                        .include(ContainerInstanceField.CONTAINER_INSTANCE_HEALTH))
                .containerInstances()
                .getFirst()
                .healthStatus()
                .details()
                .getFirst()
                .status();
    }

    void stop(Task task) {
        ecs.stopTask(request -> request.cluster(cluster).task(task.taskArn()).reason("enough"));
    }

    private static RegisterTaskDefinitionRequest webapp() {
        return RegisterTaskDefinitionRequest.builder()
                .family("webapp")
                .networkMode(NetworkMode.BRIDGE)
                .cpu("256")
                .memory("256")
                .volumes(volume -> volume.name("scratch").host(host -> {}))
                .containerDefinitions(web(), side())
                .build();
    }

    private static ContainerDefinition web() {
        return ContainerDefinition.builder()
                .name("web")
                .image("busybox:local")
                .cpu(128)
                .memory(64)
                .command("httpd", "-f")
                .environment(v -> v.name("GREETING").value("hi there"))
                .portMappings(port -> port.containerPort(8080).hostPort(0).protocol("tcp"))
                .mountPoints(
                        mount ->
                                mount.sourceVolume("scratch")
                                        .containerPath("/scratch")
                                        .readOnly(false))
                .hostname("webhost")
                .dockerLabels(Map.of("tier", "front"))
                .healthCheck(
                        check ->
                                check.command("CMD-SHELL", "true")
                                        .interval(5)
                                        .timeout(2)
                                        .retries(2)
                                        .startPeriod(0))
                .logConfiguration(
                        log -> log.logDriver(LogDriver.JSON_FILE).options(Map.of("max-size", "1m")))
                .linuxParameters(linux -> linux.capabilities(c -> c.add("NET_ADMIN")))
                .ulimits(u -> u.name(UlimitName.NOFILE).softLimit(1024).hardLimit(2048))
                .stopTimeout(3)
                .build();
    }

    private static ContainerDefinition side() {
        return ContainerDefinition.builder()
                .name("side")
                .image("busybox:local")
                .essential(false)
                .memory(32)
                .command(List.of("sleep", "3600"))
                .dependsOn(d -> d.containerName("web").condition(ContainerCondition.HEALTHY))
                .stopTimeout(2)
                .build();
    }
}
