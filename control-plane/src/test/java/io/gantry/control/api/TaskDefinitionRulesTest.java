package io.gantry.control.api;

import static io.gantry.control.api.Office.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import java.util.List;
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
                                .taskRoleArn("arn:aws:iam::123456789012:role/r"));
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
        refused(
                "The sum of all container 'memory' values cannot be greater than the value of the"
                        + " task 'memory'.",
                request(container("m")).memory("64"));
        refused(
                "The sum of all container 'cpu' values cannot be greater than the value of the task"
                        + " 'cpu'.",
                request(container("m").cpu(200)).cpu("128"));
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
        refused("'networkMode' with value 'awsvpc'", request(container("m")).networkMode("awsvpc"));
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
                "'volumes.v.configuredAtLaunch'",
                request(container("m")).volumes(v -> v.name("v").configuredAtLaunch(true)));
        refused(
                "'proxyConfiguration'",
                request(container("m")).proxyConfiguration(p -> p.containerName("m")));
    }

    @Test
    void aVolumeIsOfOneKind() {
        TaskDefinition definition =
                check(
                                request(container("m"))
                                        .volumes(
                                                v -> v.name("scratch"),
                                                v ->
                                                        v.name("shared")
                                                                .dockerVolumeConfiguration(
                                                                        d ->
                                                                                d.scope("shared")
                                                                                        .autoprovision(
                                                                                                true)
                                                                                        .driver(
                                                                                                "rexray/ebs")),
                                                v ->
                                                        v.name("plain")
                                                                .dockerVolumeConfiguration(
                                                                        d -> d.scope("task"))))
                        .definition();
        assertThat(definition.volumes().get(0).host()).isNotNull();
        assertThat(definition.volumes().get(1).host()).isNull();
        assertThat(definition.requiresAttributes())
                .extracting(Attribute::name)
                .containsExactly(
                        "com.amazonaws.ecs.capability.docker-remote-api.1.25",
                        "ecs.capability.docker-plugin.local",
                        "ecs.capability.docker-plugin.rexray/ebs");
        refused(
                "Invalid setting for volume 'v'. Only one of 'host' and 'dockerVolumeConfiguration'"
                        + " can be given.",
                request(container("m"))
                        .volumes(
                                v ->
                                        v.name("v")
                                                .host(h -> h.sourcePath("/srv"))
                                                .dockerVolumeConfiguration(d -> d.scope("task"))));
        refused(
                "Invalid setting for volume 'v'. 'autoprovision' can only be used if the scope is"
                        + " shared.",
                request(container("m"))
                        .volumes(
                                v ->
                                        v.name("v")
                                                .dockerVolumeConfiguration(
                                                        d -> d.autoprovision(true))));
        refused(
                "Invalid setting for volume 'v'. 'driver' contains invalid characters: 'a b'.",
                request(container("m"))
                        .volumes(v -> v.name("v").dockerVolumeConfiguration(d -> d.driver("a b"))));
        refused(
                "Member must satisfy enum value set: [task, shared]",
                request(container("m"))
                        .volumes(v -> v.name("v").dockerVolumeConfiguration(d -> d.scope("all"))));
    }

    @Test
    void rolesAreNamedOrGivenByArn() {
        TaskDefinition definition =
                check(request(container("m")).taskRoleArn("app").executionRoleArn("path.of@it"))
                        .definition();
        assertThat(definition.taskRoleArn()).isEqualTo("app");
        assertThat(definition.executionRoleArn()).isEqualTo("path.of@it");
        for (String role : List.of("", "a b", "arn:aws:iam::1:role/x", "arn:aws:iam::r")) {
            refused("Role is not valid", request(container("m")).taskRoleArn(role));
            refused("Role is not valid", request(container("m")).executionRoleArn(role));
        }
    }

    @Test
    void aPrivateRegistryNeedsAnExecutionRole() {
        refused(
                "Private repository authentication requires that the task definition specify a"
                        + " value for executionRoleArn.",
                c -> c.repositoryCredentials(r -> r.credentialsParameter("dockerhub")));
    }

    @Test
    void namespacesOfTheMachineCannotBeTuned() {
        refused(
                "The systemControls namespace 'net.core.somaxconn' is not supported when"
                        + " networkMode=host.",
                request(
                                container("m")
                                        .systemControls(
                                                s -> s.namespace("net.core.somaxconn").value("1")))
                        .networkMode("host"));
        var ipc =
                request(
                        container("m")
                                .systemControls(s -> s.namespace("kernel.msgmax").value("1")));
        refused(
                "The systemControls namespace 'kernel.msgmax' is not supported when ipcMode=host.",
                ipc.ipcMode("host"));
        assertThat(check(ipc.ipcMode("task")).definition().ipcModeAsString()).isEqualTo("task");
        refused(
                "The containerPortRange parameter is not supported when networkMode=host.",
                request(container("m").portMappings(p -> p.containerPortRange("1-2")))
                        .networkMode("host"));
    }

    @ParameterizedTest
    @CsvSource({"host,host", "task,task", "host,none", "task,none"})
    void namespacesMayBeShared(String pid, String ipc) {
        var checked = check(request(container("m")).pidMode(pid).ipcMode(ipc));
        assertThat(checked.definition().pidModeAsString()).isEqualTo(pid);
        assertThat(checked.definition().ipcModeAsString()).isEqualTo(ipc);
        assertThat(checked.footprint().attributes())
                .containsExactly("ecs.capability.pid-ipc-namespace-sharing");
    }

    @Test
    void valuesThatAskForNothingAreKept() {
        TaskDefinition definition =
                check(
                                request(container("m").restartPolicy(r -> r.enabled(false)))
                                        .enableFaultInjection(false)
                                        .executionRoleArn("arn:aws:iam::123456789012:role/x")
                                        .volumes(v -> v.name("scratch").configuredAtLaunch(false)))
                        .definition();
        assertThat(definition.enableFaultInjection()).isFalse();
        assertThat(definition.executionRoleArn()).isEqualTo("arn:aws:iam::123456789012:role/x");
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
