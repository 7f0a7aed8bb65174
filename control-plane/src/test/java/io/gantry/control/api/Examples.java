package io.gantry.control.api;

import static io.gantry.control.api.Office.container;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ecs.model.ClusterSetting;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.CreateTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.DeleteTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.EcsRequest;
import software.amazon.awssdk.services.ecs.model.GetTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.ListAccountSettingsRequest;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.PutAccountSettingRequest;
import software.amazon.awssdk.services.ecs.model.RegisterContainerInstanceRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.SubmitTaskStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TagResourceRequest;
import software.amazon.awssdk.services.ecs.model.UntagResourceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateClusterRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionRequest;

/** Valid requests that use everything that is supported. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
final class Examples {

    private Examples() {}

    static List<EcsRequest> all() {
        return List.of(
                registerTaskDefinition(),
                RegisterTaskDefinitionRequest.builder()
                        .family("trainer")
                        .containerDefinitions(
                                container("main")
                                        .resourceRequirements(r -> r.type("GPU").value("2"))
                                        .build())
                        .build(),
                registerContainerInstance(),
                runTask(),
                createService(),
                updateService(),
                createExternalService(),
                createTaskSet(),
                ListTasksRequest.builder()
                        .cluster("demo")
                        .family("full")
                        .desiredStatus("RUNNING")
                        .launchType("EC2")
                        .maxResults(5)
                        .build(),
                SubmitTaskStateChangeRequest.builder()
                        .cluster("demo")
                        .task(Office.ARN + "task/demo/0123456789abcdef0123456789abcdef")
                        .status("RUNNING")
                        .reason("none")
                        .containers(
                                c ->
                                        c.containerName("main")
                                                .status("RUNNING")
                                                .exitCode(0)
                                                .networkBindings(
                                                        b ->
                                                                b.containerPortRange("9000-9010")
                                                                        .hostPortRange(
                                                                                "32000-32010")))
                        .build(),
                TagResourceRequest.builder()
                        .resourceArn(Office.ARN + "cluster/demo")
                        .tags(Tag.builder().key("team").value("a").build())
                        .build(),
                UntagResourceRequest.builder()
                        .resourceArn(Office.ARN + "task-definition/full:1")
                        .tagKeys("team")
                        .build(),
                UpdateClusterRequest.builder()
                        .cluster("demo")
                        .settings(
                                ClusterSetting.builder()
                                        .name("containerInsights")
                                        .value("enabled")
                                        .build())
                        .configuration(c -> c.executeCommandConfiguration(e -> e.logging("NONE")))
                        .build(),
                DeleteTaskDefinitionsRequest.builder().taskDefinitions("full:1").build(),
                PutAccountSettingRequest.builder()
                        .name("containerInsights")
                        .value("enabled")
                        .principalArn("arn:aws:iam::" + Office.ACCOUNT + ":role/r")
                        .build(),
                ListAccountSettingsRequest.builder()
                        .name("containerInsights")
                        .value("enabled")
                        .effectiveSettings(true)
                        .maxResults(5)
                        .build(),
                UpdateTaskProtectionRequest.builder()
                        .cluster("demo")
                        .tasks(Office.ARN + "task/demo/0123456789abcdef0123456789abcdef")
                        .protectionEnabled(true)
                        .expiresInMinutes(60)
                        .build(),
                GetTaskProtectionRequest.builder()
                        .cluster("demo")
                        .tasks("0123456789abcdef0123456789abcdef")
                        .build(),
                UpdateContainerInstancesStateRequest.builder()
                        .cluster("demo")
                        .containerInstances("0123456789abcdef0123456789abcdef")
                        .status("DRAINING")
                        .build());
    }

    static RegisterTaskDefinitionRequest registerTaskDefinition() {
        var main =
                container("main")
                        .cpu(10)
                        .memoryReservation(64)
                        .links("side:alias")
                        .portMappings(
                                p ->
                                        p.containerPort(80)
                                                .hostPort(8080)
                                                .protocol("tcp")
                                                .name("http"),
                                p -> p.containerPort(53).protocol("udp"),
                                p ->
                                        p.containerPortRange("9000-9010")
                                                .name("range")
                                                .appProtocol("http2"))
                        .restartPolicy(
                                r ->
                                        r.enabled(true)
                                                .ignoredExitCodes(0, 2)
                                                .restartAttemptPeriod(120))
                        .environmentFiles(
                                e -> e.type("s3").value("arn:aws:s3:::bucket/main.env"),
                                e -> e.type("s3").value("file:///etc/main.env"))
                        .repositoryCredentials(r -> r.credentialsParameter("registry/main"))
                        .versionConsistency("enabled")
                        .essential(true)
                        .entryPoint("sh", "-c")
                        .command("sleep 1")
                        .environment(e -> e.name("A").value("b"))
                        .mountPoints(
                                m -> m.sourceVolume("data").containerPath("/d").readOnly(true),
                                m -> m.sourceVolume("cache").containerPath("/c"))
                        .volumesFrom(v -> v.sourceContainer("side").readOnly(true))
                        .dependsOn(d -> d.containerName("side").condition("HEALTHY"))
                        .startTimeout(30)
                        .stopTimeout(10)
                        .hostname("h")
                        .user("1000")
                        .workingDirectory("/")
                        .disableNetworking(false)
                        .privileged(true)
                        .readonlyRootFilesystem(true)
                        .dnsServers("1.1.1.1")
                        .dnsSearchDomains("example.com")
                        .extraHosts(h -> h.hostname("x").ipAddress("10.0.0.1"))
                        .dockerSecurityOptions("no-new-privileges")
                        .interactive(true)
                        .pseudoTerminal(true)
                        .dockerLabels(Map.of("a", "b"))
                        .ulimits(u -> u.name("nofile").softLimit(10).hardLimit(20))
                        .logConfiguration(
                                l ->
                                        l.logDriver("json-file")
                                                .options(
                                                        Map.of(
                                                                "max-size",
                                                                "1m",
                                                                "mode",
                                                                "non-blocking")))
                        .systemControls(
                                s -> s.namespace("net.core.somaxconn").value("10"),
                                s -> s.namespace("kernel.msgmax").value("10"))
                        .linuxParameters(
                                l ->
                                        l.initProcessEnabled(true)
                                                .sharedMemorySize(64)
                                                .maxSwap(100)
                                                .swappiness(10)
                                                .capabilities(c -> c.add("NET_ADMIN").drop("MKNOD"))
                                                .devices(
                                                        d ->
                                                                d.hostPath("/dev/null")
                                                                        .containerPath("/dev/no")
                                                                        .permissionsWithStrings(
                                                                                "read", "mknod"))
                                                .tmpfs(
                                                        t ->
                                                                t.containerPath("/t")
                                                                        .size(10)
                                                                        .mountOptions(
                                                                                "noexec",
                                                                                "mode=1777")));
        var side =
                container("side")
                        .essential(false)
                        .healthCheck(
                                h -> h.command("CMD-SHELL", "true").interval(10).startPeriod(5));
        return RegisterTaskDefinitionRequest.builder()
                .family("full")
                .containerDefinitions(main.build(), side.build())
                .taskRoleArn("arn:aws:iam::123456789012:role/task")
                .executionRoleArn("arn:aws:iam::123456789012:role/execution")
                .networkMode(NetworkMode.BRIDGE)
                .volumes(
                        v -> v.name("data").host(h -> h.sourcePath("/srv")),
                        v ->
                                v.name("cache")
                                        .dockerVolumeConfiguration(
                                                d ->
                                                        d.scope("shared")
                                                                .autoprovision(true)
                                                                .driver("local")
                                                                .driverOpts(Map.of("type", "tmpfs"))
                                                                .labels(Map.of("a", "b"))))
                .requiresCompatibilitiesWithStrings("EC2", "EXTERNAL")
                .cpu("256")
                .memory("256")
                .tags(t -> t.key("k").value("v"))
                .pidMode("host")
                .ipcMode("task")
                .runtimePlatform(r -> r.operatingSystemFamily("LINUX").cpuArchitecture("ARM64"))
                .build();
    }

    static RegisterContainerInstanceRequest registerContainerInstance() {
        return RegisterContainerInstanceRequest.builder()
                .cluster("demo")
                .instanceIdentityDocument("")
                .attributes(
                        a -> a.name("com.amazonaws.ecs.capability.logging-driver.json-file"),
                        a -> a.name("com.amazonaws.ecs.capability.privileged-container"),
                        a -> a.name("ecs.capability.container-health-check"),
                        a -> a.name("ecs.capability.container-ordering"),
                        a -> a.name("ecs.capability.container-restart-policy"),
                        a -> a.name("ecs.capability.env-files.s3"),
                        a -> a.name("gantry.capability.env-files.local"),
                        a -> a.name("ecs.capability.network.container-port-range"),
                        a -> a.name("ecs.capability.pid-ipc-namespace-sharing"),
                        a -> a.name("ecs.capability.docker-plugin.local"),
                        a ->
                                a.name(
                                        "ecs.capability.private-registry-authentication"
                                                + ".secretsmanager"),
                        a -> a.name("stack").value("blue"))
                .tags(t -> t.key("k").value("v"))
                .totalResources(Office.resources())
                .build();
    }

    static RunTaskRequest runTask() {
        return RunTaskRequest.builder()
                .cluster("demo")
                .taskDefinition("full")
                .count(2)
                .clientToken("token")
                .enableECSManagedTags(true)
                .enableExecuteCommand(false)
                .group("batch")
                .launchType("EC2")
                .overrides(
                        o ->
                                o.cpu("128")
                                        .memory("200")
                                        .taskRoleArn("arn:aws:iam::123456789012:role/other")
                                        .executionRoleArn("other")
                                        .containerOverrides(
                                                c ->
                                                        c.name("main")
                                                                .command("true")
                                                                .environment(
                                                                        e -> e.name("A").value("c"))
                                                                .environmentFiles(
                                                                        e ->
                                                                                e.type("s3")
                                                                                        .value(
                                                                                                "/etc/b"))
                                                                .cpu(20)
                                                                .memory(100)
                                                                .memoryReservation(50)))
                .placementConstraints(p -> p.type("distinctInstance"))
                .placementStrategy(
                        p -> p.type("spread").field("attribute:stack"),
                        p -> p.type("binpack").field("memory"),
                        p -> p.type("random"))
                .propagateTags(PropagateTags.TASK_DEFINITION)
                .referenceId("ref")
                .startedBy("me")
                .tags(t -> t.key("t").value("u"))
                .build();
    }

    static CreateServiceRequest createService() {
        return CreateServiceRequest.builder()
                .cluster("demo")
                .serviceName("web")
                .taskDefinition("full")
                .desiredCount(2)
                .clientToken("token")
                .launchType("EC2")
                .deploymentConfiguration(
                        d ->
                                d.maximumPercent(150)
                                        .minimumHealthyPercent(50)
                                        .strategy("ROLLING")
                                        .deploymentCircuitBreaker(
                                                b -> b.enable(false).rollback(false)))
                .placementConstraints(p -> p.type("distinctInstance"))
                .placementStrategy(p -> p.type("binpack").field("cpu"))
                .schedulingStrategy("REPLICA")
                .deploymentController(c -> c.type("ECS"))
                .availabilityZoneRebalancing("DISABLED")
                .tags(t -> t.key("k").value("v"))
                .enableECSManagedTags(true)
                .propagateTags(PropagateTags.SERVICE)
                .enableExecuteCommand(false)
                .build();
    }

    static UpdateServiceRequest updateService() {
        return UpdateServiceRequest.builder()
                .cluster("demo")
                .service("web")
                .desiredCount(3)
                .taskDefinition("full")
                .deploymentConfiguration(d -> d.maximumPercent(200))
                .placementConstraints(List.of())
                .placementStrategy(p -> p.type("spread").field("host"))
                .forceNewDeployment(true)
                .enableECSManagedTags(false)
                .propagateTags(PropagateTags.TASK_DEFINITION)
                .build();
    }

    /** One that somebody else deploys. */
    static CreateServiceRequest createExternalService() {
        return CreateServiceRequest.builder()
                .cluster("demo")
                .serviceName("sets")
                .desiredCount(2)
                .deploymentConfiguration(d -> d.maximumPercent(200).minimumHealthyPercent(100))
                .deploymentController(c -> c.type("EXTERNAL"))
                .tags(t -> t.key("k").value("v"))
                .propagateTags(PropagateTags.SERVICE)
                .build();
    }

    static CreateTaskSetRequest createTaskSet() {
        return CreateTaskSetRequest.builder()
                .cluster("demo")
                .service("sets")
                .taskDefinition("full")
                .externalId("release")
                .launchType("EC2")
                .scale(s -> s.value(12.5).unit("PERCENT"))
                .clientToken("token")
                .tags(t -> t.key("k").value("v"))
                .build();
    }
}
