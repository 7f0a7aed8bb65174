package io.gantry.control.api;

import static io.gantry.control.api.Office.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Compatibility;
import software.amazon.awssdk.services.ecs.model.ContainerCondition;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.LogDriver;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TransportProtocol;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class TaskDefinitionRulesTest {

    private static RegisterTaskDefinitionRequest.Builder request(
            ContainerDefinition.Builder... containers) {
        var all = new ContainerDefinition[containers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = containers[i].build();
        }
        return RegisterTaskDefinitionRequest.builder().family("web").containerDefinitions(all);
    }

    private static TaskDefinitionRules.Checked check(
            RegisterTaskDefinitionRequest.Builder request) {
        return TaskDefinitionRules.check(request.build());
    }

    private static void refused(String message, RegisterTaskDefinitionRequest.Builder request) {
        assertThatThrownBy(() -> check(request))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining(message);
    }

    private static void refused(String message, Consumer<ContainerDefinition.Builder> change) {
        ContainerDefinition.Builder builder = container("main");
        change.accept(builder);
        refused(message, request(builder, container("side").essential(false)));
    }

    @Test
    void whatIsLeftOutIsFilledInAsEcsDoes() {
        TaskDefinition definition =
                check(request(container("main").portMappings(p -> p.containerPort(80))))
                        .definition();
        ContainerDefinition main = definition.containerDefinitions().getFirst();
        assertThat(main.cpu()).isZero();
        assertThat(main.essential()).isTrue();
        assertThat(main.hasEnvironment()).isTrue();
        assertThat(main.hasMountPoints()).isTrue();
        assertThat(main.hasVolumesFrom()).isTrue();
        assertThat(main.hasSystemControls()).isTrue();
        assertThat(main.portMappings().getFirst().hostPort()).isZero();
        assertThat(main.portMappings().getFirst().protocol()).isEqualTo(TransportProtocol.TCP);
        assertThat(definition.networkMode()).isNull();
        assertThat(definition.hasVolumes()).isTrue();
        assertThat(definition.hasPlacementConstraints()).isTrue();
        assertThat(definition.hasRequiresCompatibilities()).isFalse();
        assertThat(definition.compatibilities())
                .containsExactly(Compatibility.EXTERNAL, Compatibility.EC2);
    }

    @Test
    void healthChecksHaveEcsDefaults() {
        var check =
                check(request(container("main").healthCheck(h -> h.command("CMD-SHELL", "true"))))
                        .definition()
                        .containerDefinitions()
                        .getFirst()
                        .healthCheck();
        assertThat(check.interval()).isEqualTo(30);
        assertThat(check.timeout()).isEqualTo(5);
        assertThat(check.retries()).isEqualTo(3);
        assertThat(check.startPeriod()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"256,256", "1 vCPU,1024", ".5 vcpu,512", "0.25vCPU,256", "2.0 VCPU,2048"})
    void cpuIsWrittenInUnitsOrCores(String given, String units) {
        assertThat(check(request(container("main")).cpu(given)).definition().cpu())
                .isEqualTo(units);
    }

    @ParameterizedTest
    @CsvSource({"512,512", "1 GB,1024", "0.5GB,512", "1.5 gb,1536"})
    void memoryIsWrittenInMebibytesOrGigabytes(String given, String mebibytes) {
        assertThat(check(request(container("main")).memory(given)).definition().memory())
                .isEqualTo(mebibytes);
    }

    @ParameterizedTest
    @CsvSource({"64,512", "abc,512", "1 GB,512", "-5,512", "256,abc", "256,1 vCPU", "256,0.1"})
    void otherSizesAreRefused(String cpu, String memory) {
        refused("setting for task", request(container("main")).cpu(cpu).memory(memory));
    }

    @Test
    void theFootprintIsTheSumOfTheContainersUnlessTheTaskHasASize() {
        var containers =
                request(
                        container("main").cpu(100).memory(300).memoryReservation(200),
                        container("side").cpu(50).memory(100));
        assertThat(check(containers).footprint().resources()).isEqualTo(new Resources(150, 300));
        assertThat(check(containers.cpu("512").memory("1 GB")).footprint().resources())
                .isEqualTo(new Resources(512, 1024));
    }

    @Test
    void theFootprintHasFixedHostPortsOnly() {
        var bridge =
                request(
                        container("main")
                                .portMappings(
                                        p -> p.containerPort(80).hostPort(8080),
                                        p -> p.containerPort(81),
                                        p -> p.containerPort(53).hostPort(53).protocol("udp")));
        assertThat(check(bridge).footprint().ports())
                .containsExactly(HostPort.tcp(8080), HostPort.udp(53));
        var host =
                request(container("main").portMappings(p -> p.containerPort(80)))
                        .networkMode(NetworkMode.HOST);
        assertThat(check(host).footprint().ports()).containsExactly(HostPort.tcp(80));
    }

    @Test
    void machinesMustBeAbleToDoWhatADefinitionAsksFor() {
        var checked =
                check(
                        request(
                                        container("main")
                                                .privileged(true)
                                                .healthCheck(h -> h.command("CMD", "true"))
                                                .logConfiguration(
                                                        l -> l.logDriver(LogDriver.JSON_FILE)),
                                        container("side")
                                                .dependsOn(
                                                        d ->
                                                                d.containerName("main")
                                                                        .condition(
                                                                                ContainerCondition
                                                                                        .HEALTHY)))
                                .taskRoleArn("arn:aws:iam::1:role/r"));
        assertThat(checked.definition().requiresAttributes())
                .extracting(Attribute::name)
                .containsExactly(
                        "com.amazonaws.ecs.capability.docker-remote-api.1.18",
                        "com.amazonaws.ecs.capability.logging-driver.json-file",
                        "com.amazonaws.ecs.capability.privileged-container",
                        "com.amazonaws.ecs.capability.task-iam-role",
                        "ecs.capability.container-health-check",
                        "ecs.capability.container-ordering");
        assertThat(checked.footprint().attributes())
                .containsExactly(
                        "com.amazonaws.ecs.capability.logging-driver.json-file",
                        "com.amazonaws.ecs.capability.privileged-container",
                        "ecs.capability.container-health-check",
                        "ecs.capability.container-ordering");
    }

    @Test
    void theImageCalledHostNeedsAMachineThatRunsProcesses() {
        var checked = check(request(container("main").image("host")));
        assertThat(checked.footprint().attributes())
                .containsExactly("gantry.capability.process-engine");
        assertThat(check(request(container("main"))).footprint().attributes()).isEmpty();
    }

    @Test
    void aDefinitionNeedsAFamilyAndContainers() {
        refused("Family should not be null or empty", request(container("m")).family(null));
        refused("Family contains invalid characters.", request(container("m")).family("a b"));
        refused("Container list cannot be empty", request());
        refused("Container.name should not be null or empty", request(container("")));
        refused("Container.image should not be null or empty", request(container("m").image("")));
        refused("is not unique", request(container("m"), container("m")));
        refused("must be essential", request(container("m").essential(false)));
        refused("more than 10", request(eleven()));
    }

    private static ContainerDefinition.Builder[] eleven() {
        var all = new ContainerDefinition.Builder[11];
        for (int i = 0; i < all.length; i++) {
            all[i] = container("c" + i);
        }
        return all;
    }

    @Test
    void memoryIsChecked() {
        refused(
                "Invalid setting for container 'main'. At least one of 'memory' or"
                        + " 'memoryReservation' must be specified.",
                c -> c.memory(null));
        refused("'memory' must be at least 6", c -> c.memory(5));
        refused("'memoryReservation' must not", c -> c.memory(100).memoryReservation(101));
        refused("exceeds the 'memory' of the task", request(container("m")).memory("64"));
        refused("exceeds the 'cpu' of the task", request(container("m").cpu(200)).cpu("128"));
        assertThat(check(request(container("m").memory(null)).memory("64")).footprint().resources())
                .isEqualTo(new Resources(0, 64));
    }

    @Test
    void portsAreChecked() {
        refused("between 1 and 65535", c -> c.portMappings(p -> p.containerPort(0)));
        refused("between 1 and 65535", c -> c.portMappings(p -> p.hostPort(80)));
        refused(
                "two protocols",
                c ->
                        c.portMappings(
                                p -> p.containerPort(53),
                                p -> p.containerPort(53).protocol("udp")));
        refused(
                "used by more than one",
                c ->
                        c.portMappings(
                                p -> p.containerPort(1).hostPort(80),
                                p -> p.containerPort(2).hostPort(80)));
        refused(
                "must match",
                request(container("m").portMappings(p -> p.containerPort(1).hostPort(2)))
                        .networkMode("host"));
        refused(
                "networkMode=none",
                request(container("m").portMappings(p -> p.containerPort(1))).networkMode("none"));
    }

    @Test
    void containersMayOnlyReferToEachOtherInAnOrder() {
        refused(
                "no other container",
                c -> c.dependsOn(d -> d.containerName("x").condition("START")));
        refused("no other container", c -> c.links("main"));
        refused("no other container", c -> c.volumesFrom(v -> v.sourceContainer("x")));
        refused("Unknown volume 'data'", c -> c.mountPoints(m -> m.sourceVolume("data")));
        refused(
                "HEALTHY condition",
                c -> c.dependsOn(d -> d.containerName("side").condition("HEALTHY")));
        refused(
                "A dependency container with SUCCESS or COMPLETE condition cannot be an essential"
                        + " container",
                request(
                        container("a").dependsOn(d -> d.containerName("b").condition("COMPLETE")),
                        container("b")));
        refused(
                "cycle",
                request(
                        container("a").dependsOn(d -> d.containerName("b").condition("START")),
                        container("b").links("a:alias")));
        refused(
                "Links are not supported",
                request(container("a").links("b"), container("b")).networkMode("host"));
    }

    @Test
    void whatIsNotActedOnIsRefusedByName() {
        refused(
                "containerDefinitions.main.secrets'",
                c -> c.secrets(s -> s.name("a").valueFrom("b")));
        refused(
                "main.repositoryCredentials'",
                c -> c.repositoryCredentials(r -> r.credentialsParameter("x")));
        refused(
                "main.resourceRequirements'",
                c -> c.resourceRequirements(r -> r.type("GPU").value("1")));
        refused(
                "main.firelensConfiguration'",
                c -> c.firelensConfiguration(f -> f.type("fluentd")));
        refused("main.restartPolicy'", c -> c.restartPolicy(r -> r.enabled(true)));
        refused("main.environmentFiles'", c -> c.environmentFiles(e -> e.type("s3").value("x")));
        refused("portMappings.appProtocol'", c -> c.portMappings(p -> p.appProtocol("http")));
        refused(
                "portMappings.containerPortRange'",
                c -> c.portMappings(p -> p.containerPortRange("1-2")));
        refused(
                "logDriver' with value 'awslogs'",
                c -> c.logConfiguration(l -> l.logDriver("awslogs")));
        refused(
                "logConfiguration.secretOptions'",
                c ->
                        c.logConfiguration(
                                l ->
                                        l.logDriver("splunk")
                                                .secretOptions(s -> s.name("a").valueFrom("b"))));
        refused("'networkMode' with value 'awsvpc'", request(container("m")).networkMode("awsvpc"));
        refused("'pidMode' with value 'task'", request(container("m")).pidMode("task"));
        refused(
                "'requiresCompatibilities' with value 'FARGATE'",
                request(container("m")).requiresCompatibilitiesWithStrings("FARGATE"));
        refused(
                "'placementConstraints'",
                request(container("m")).placementConstraints(p -> p.type("memberOf")));
        refused(
                "'ephemeralStorage'",
                request(container("m")).ephemeralStorage(e -> e.sizeInGiB(21)));
        refused("'enableFaultInjection'", request(container("m")).enableFaultInjection(true));
        refused(
                "operatingSystemFamily' with value",
                request(container("m"))
                        .runtimePlatform(r -> r.operatingSystemFamily("WINDOWS_SERVER_2022_CORE")));
        refused(
                "volumes.v.efsVolumeConfiguration'",
                request(container("m"))
                        .volumes(
                                v -> v.name("v").efsVolumeConfiguration(e -> e.fileSystemId("f"))));
        refused(
                "volumes.v.dockerVolumeConfiguration'",
                request(container("m"))
                        .volumes(
                                v ->
                                        v.name("v")
                                                .dockerVolumeConfiguration(
                                                        d -> d.driver("local"))));
    }

    @Test
    void valuesThatAskForNothingAreKept() {
        TaskDefinition definition =
                check(
                                request(container("m").restartPolicy(r -> r.enabled(false)))
                                        .enableFaultInjection(false)
                                        .executionRoleArn("arn:aws:iam::1:role/x")
                                        .volumes(v -> v.name("scratch").configuredAtLaunch(false)))
                        .definition();
        assertThat(definition.enableFaultInjection()).isFalse();
        assertThat(definition.executionRoleArn()).isEqualTo("arn:aws:iam::1:role/x");
        assertThat(definition.volumes().getFirst().host()).isNotNull();
        assertThat(definition.containerDefinitions().getFirst().restartPolicy().enabled())
                .isFalse();
    }

    @Test
    void unknownValuesOfEnumsAreRefused() {
        refused("networkMode", request(container("m")).networkMode("bogus"));
        refused("hardLimit", c -> c.ulimits(u -> u.name("nofile").softLimit(1)));
    }

    @Test
    void definitionsAreLimitedInSize() {
        refused("Max allowed length is '65536' bytes", c -> c.command("x".repeat(70_000)));
    }
}
