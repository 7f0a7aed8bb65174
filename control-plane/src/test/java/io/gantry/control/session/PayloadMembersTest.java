package io.gantry.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.common.model.Resources;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an agent is told of a definition, member by member. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class PayloadMembersTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final World world = new World();
    private final Payloads payloads =
            new Payloads(new Realm("us-east-1", "123456789012", new Realm.AccessKey("A", "S")));

    private AcsTask told(TaskDefinition definition, @Nullable TaskOverride overrides) {
        var size = new Footprint(new Resources(1, 1), List.of(), List.of());
        Reply registered =
                world.log
                        .apply(
                                new Command.RegisterTaskDefinition(
                                        definition.toBuilder().family("full").build(),
                                        List.of(),
                                        size))
                        .reply();
        var key = ((Reply.Registered) registered).key();
        TaskDefinitionRow row =
                Objects.requireNonNull(world.log.state().taskDefinitions().get(key));
        var worker = world.worker();
        world.connect(worker);
        var start = new Start(world.ids.task(), worker, Launches.containers(row, world.ids));
        world.log.apply(
                new Command.RunTasks(
                        World.CLUSTER,
                        key,
                        null,
                        "",
                        false,
                        new Launch("g", null, "EC2", overrides, false, List.of(), false, size),
                        List.of(start)));
        Task task = Objects.requireNonNull(world.log.state().tasks().get(start.task()));
        return payloads.run(task, row, Map.of());
    }

    private AcsContainer told(ContainerDefinition.Builder container) {
        return told(TaskDefinition.builder().containerDefinitions(container.build()).build(), null)
                .containers()
                .getFirst();
    }

    private static ContainerDefinition.Builder container() {
        return ContainerDefinition.builder().name("main").image("busybox").memory(64);
    }

    private static JsonNode config(AcsContainer container) {
        return JSON.readTree(Objects.requireNonNull(container.dockerConfig()).config());
    }

    private static JsonNode hostConfig(AcsContainer container) {
        return JSON.readTree(Objects.requireNonNull(container.dockerConfig()).hostConfig());
    }

    @Test
    void aSmallContainerHasWhatAgentsExpectOfEach() {
        AcsContainer container = told(container());
        assertThat(container.essential()).isTrue();
        assertThat(container.cpu()).isZero();
        assertThat(container.memory()).isEqualTo(64);
        assertThat(container.environment()).isEqualTo(Map.of("AWS_EXECUTION_ENV", "AWS_ECS_EC2"));
        assertThat(container.registryAuthentication()).isNull();
        assertThat(container.restartPolicy()).isNull();
        assertThat(container.healthCheckType()).isNull();
        assertThat(container.overrides()).isNull();
        assertThat(config(container)).isEmpty();
        assertThat(hostConfig(container)).isEqualTo(JSON.readTree("{\"NetworkMode\":\"bridge\"}"));
    }

    @Test
    void aTaskHasItsSizesInCoresAndMebibytes() {
        TaskDefinition definition =
                TaskDefinition.builder()
                        .containerDefinitions(container().build())
                        .cpu("256")
                        .memory("512")
                        .pidMode("task")
                        .ipcMode("host")
                        .networkMode("none")
                        .build();
        AcsTask task = told(definition, null);
        assertThat(task.cpu()).isEqualTo(0.25);
        assertThat(task.memory()).isEqualTo(512);
        assertThat(task.pidMode()).isEqualTo("task");
        assertThat(task.ipcMode()).isEqualTo("host");
        assertThat(task.networkMode()).isEqualTo("none");
        JsonNode host = hostConfig(task.containers().getFirst());
        // Agents know what to share; "task" would be no mode of Docker's.
        assertThat(host.has("PidMode")).isFalse();
        assertThat(host.has("IpcMode")).isFalse();
        assertThat(host.path("NetworkMode").asString()).isEqualTo("none");
        assertThat(told(definition, TaskOverride.builder().cpu("1024").memory("2048").build()))
                .extracting(AcsTask::cpu, AcsTask::memory)
                .containsExactly(1.0, 2048);
    }

    @Test
    void aRestartPolicyIsToldWithItsPeriod() {
        assertThat(
                        told(container().restartPolicy(r -> r.enabled(true).ignoredExitCodes(0, 2)))
                                .restartPolicy())
                .isEqualTo(new AcsContainer.RestartPolicy(true, List.of(0, 2), 300));
        assertThat(
                        told(container()
                                        .restartPolicy(
                                                r -> r.enabled(false).restartAttemptPeriod(60)))
                                .restartPolicy())
                .isEqualTo(new AcsContainer.RestartPolicy(false, List.of(), 60));
    }

    @Test
    void anImageIsToldWithItsLogin() {
        var secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hub-x";
        assertThat(
                        told(container().repositoryCredentials(r -> r.credentialsParameter(secret)))
                                .registryAuthentication())
                .isEqualTo(
                        new AcsContainer.RegistryAuthentication(
                                "asm", null, new AcsContainer.AsmAuthData(secret, "eu-west-1")));
        assertThat(
                        told(container().repositoryCredentials(r -> r.credentialsParameter("hub")))
                                .registryAuthentication())
                .isEqualTo(
                        new AcsContainer.RegistryAuthentication(
                                "asm", null, new AcsContainer.AsmAuthData("hub", "us-east-1")));
        assertThat(
                        told(container().image("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1"))
                                .registryAuthentication())
                .isEqualTo(
                        new AcsContainer.RegistryAuthentication(
                                "ecr",
                                new AcsContainer.EcrAuthData(
                                        "123456789012", "eu-west-1", null, false),
                                null));
    }

    @Test
    void volumesAreOfTheirKind() {
        List<AcsVolume> volumes =
                told(
                                TaskDefinition.builder()
                                        .containerDefinitions(container().build())
                                        .volumes(
                                                v -> v.name("dir").host(h -> h.sourcePath("/srv")),
                                                v -> v.name("scratch").host(h -> {}),
                                                v ->
                                                        v.name("engine")
                                                                .dockerVolumeConfiguration(
                                                                        d ->
                                                                                d.scope("shared")
                                                                                        .autoprovision(
                                                                                                true)
                                                                                        .driver("d")
                                                                                        .driverOpts(
                                                                                                Map
                                                                                                        .of(
                                                                                                                "a",
                                                                                                                "b"))
                                                                                        .labels(
                                                                                                Map
                                                                                                        .of(
                                                                                                                "c",
                                                                                                                "d"))),
                                                v ->
                                                        v.name("plain")
                                                                .dockerVolumeConfiguration(d -> {}))
                                        .build(),
                                null)
                        .volumes();
        assertThat(volumes)
                .containsExactly(
                        AcsVolume.bind("dir", "/srv"),
                        AcsVolume.scratch("scratch"),
                        AcsVolume.docker(
                                "engine",
                                new AcsVolume.DockerVolume(
                                        "shared", true, "d", Map.of("a", "b"), Map.of("c", "d"))),
                        AcsVolume.docker(
                                "plain",
                                new AcsVolume.DockerVolume(
                                        "task", false, "local", Map.of(), Map.of())));
    }

    @Test
    void portsAndEnvironmentFilesAreToldAsGiven() {
        AcsContainer container =
                told(
                        container()
                                .portMappings(
                                        p -> p.containerPort(53).hostPort(0).protocol("udp"),
                                        p -> p.containerPortRange("80-90").protocol("tcp"))
                                .environmentFiles(e -> e.type("s3").value("file:///etc/a")));
        assertThat(container.portMappings())
                .containsExactly(
                        new AcsContainer.PortMapping(53, 0, null, "udp"),
                        new AcsContainer.PortMapping(null, null, "80-90", "tcp"));
        assertThat(container.environmentFiles())
                .containsExactly(new AcsContainer.EnvironmentFile("file:///etc/a", "s3"));
    }

    @Test
    void whatDockerTakesIsWrittenAsItsJson() {
        AcsContainer container =
                told(
                        container()
                                .memoryReservation(32)
                                .hostname("h")
                                .user("1:2")
                                .workingDirectory("/w")
                                .pseudoTerminal(true)
                                .interactive(true)
                                .disableNetworking(true)
                                .dockerLabels(Map.of("a", "b"))
                                .healthCheck(
                                        h ->
                                                h.command("CMD", "true")
                                                        .interval(5)
                                                        .timeout(2)
                                                        .retries(1)
                                                        .startPeriod(3))
                                .privileged(true)
                                .readonlyRootFilesystem(true)
                                .dnsServers("10.0.0.2")
                                .dnsSearchDomains("x.y")
                                .extraHosts(h -> h.hostname("a").ipAddress("10.0.0.1"))
                                .dockerSecurityOptions("no-new-privileges")
                                .ulimits(u -> u.name("core").softLimit(-1).hardLimit(-1))
                                .systemControls(s -> s.namespace("net.core.somaxconn").value("9"))
                                .logConfiguration(
                                        l -> l.logDriver("syslog").options(Map.of("tag", "t"))));
        assertThat(container.healthCheckType()).isEqualTo("docker");
        assertThat(config(container))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"Hostname": "h", "User": "1:2", "WorkingDir": "/w", "Tty": true,
                                 "OpenStdin": true, "NetworkDisabled": true, "Labels": {"a": "b"},
                                 "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5000000000,
                                  "Timeout": 2000000000, "StartPeriod": 3000000000, "Retries": 1}}
                                """));
        assertThat(hostConfig(container))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"NetworkMode": "bridge", "Privileged": true,
                                 "ReadonlyRootfs": true, "Dns": ["10.0.0.2"], "DnsSearch": ["x.y"],
                                 "SecurityOpt": ["no-new-privileges"], "ExtraHosts": ["a:10.0.0.1"],
                                 "Ulimits": [{"Name": "core", "Soft": -1, "Hard": -1}],
                                 "Sysctls": {"net.core.somaxconn": "9"},
                                 "MemoryReservation": 33554432,
                                 "LogConfig": {"Type": "syslog", "Config": {"tag": "t"}}}
                                """));
    }

    @Test
    void linuxParametersAreWrittenAsDockerTakesThem() {
        AcsContainer container =
                told(
                        container()
                                .linuxParameters(
                                        l ->
                                                l.capabilities(c -> c.add("ALL").drop("MKNOD"))
                                                        .initProcessEnabled(true)
                                                        .sharedMemorySize(64)
                                                        .maxSwap(0)
                                                        .swappiness(10)
                                                        .devices(
                                                                d ->
                                                                        d.hostPath("/dev/a")
                                                                                .permissionsWithStrings(
                                                                                        "read",
                                                                                        "mknod"),
                                                                d ->
                                                                        d.hostPath("/dev/b")
                                                                                .containerPath(
                                                                                        "/dev/c"))
                                                        .tmpfs(
                                                                t ->
                                                                        t.containerPath("/t")
                                                                                .size(2)
                                                                                .mountOptions(
                                                                                        "ro",
                                                                                        "noexec"))));
        assertThat(hostConfig(container))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"NetworkMode": "bridge", "CapAdd": ["ALL"], "CapDrop": ["MKNOD"],
                                 "Init": true, "ShmSize": 67108864, "MemorySwap": 67108864,
                                 "MemorySwappiness": 10,
                                 "Devices": [
                                  {"PathOnHost": "/dev/a", "PathInContainer": "/dev/a",
                                   "CgroupPermissions": "rm"},
                                  {"PathOnHost": "/dev/b", "PathInContainer": "/dev/c",
                                   "CgroupPermissions": "rwm"}],
                                 "Tmpfs": {"/t": "ro,noexec,size=2m"}}
                                """));
        assertThat(
                        hostConfig(told(container().linuxParameters(l -> l.swappiness(10))))
                                .has("MemorySwappiness"))
                .isFalse();
    }

    @Test
    void overridesAreMergedIn() {
        AcsContainer container =
                told(
                                TaskDefinition.builder()
                                        .containerDefinitions(
                                                container()
                                                        .cpu(10)
                                                        .command("a")
                                                        .entryPoint("sh")
                                                        .environment(
                                                                e -> e.name("A").value("1"),
                                                                e -> e.name("B").value("2"))
                                                        .environmentFiles(
                                                                e -> e.type("s3").value("/a"))
                                                        .linuxParameters(l -> l.maxSwap(16))
                                                        .build())
                                        .build(),
                                TaskOverride.builder()
                                        .containerOverrides(
                                                c ->
                                                        c.name("main")
                                                                .cpu(20)
                                                                .memory(128)
                                                                .memoryReservation(64)
                                                                .command("b", "c")
                                                                .environment(
                                                                        e -> e.name("B").value("3"))
                                                                .environmentFiles(
                                                                        e ->
                                                                                e.type("s3")
                                                                                        .value(
                                                                                                "/b")))
                                        .build())
                        .containers()
                        .getFirst();
        assertThat(container.cpu()).isEqualTo(20);
        assertThat(container.memory()).isEqualTo(128);
        assertThat(container.command()).containsExactly("b", "c");
        assertThat(container.entryPoint()).containsExactly("sh");
        assertThat(container.environment()).containsEntry("A", "1").containsEntry("B", "3");
        assertThat(container.environmentFiles())
                .containsExactly(new AcsContainer.EnvironmentFile("/b", "s3"));
        assertThat(hostConfig(container).path("MemoryReservation").asLong())
                .isEqualTo(64L * 1024 * 1024);
        assertThat(hostConfig(container).path("MemorySwap").asLong()).isEqualTo(144L * 1024 * 1024);
    }

    @Test
    void anOverrideWithoutACommandKeepsTheDefinitions() {
        AcsContainer container =
                told(
                                TaskDefinition.builder()
                                        .containerDefinitions(container().command("a").build())
                                        .build(),
                                TaskOverride.builder()
                                        .containerOverrides(c -> c.name("main").command(List.of()))
                                        .build())
                        .containers()
                        .getFirst();
        assertThat(container.command()).containsExactly("a");
    }
}
