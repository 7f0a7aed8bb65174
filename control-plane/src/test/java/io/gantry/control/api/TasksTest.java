package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.Connectivity;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.HealthStatus;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.ServiceNotFoundException;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskField;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class TasksTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void register() {
        office.definition("web");
    }

    private RunTaskResponse run(Consumer<RunTaskRequest.Builder> change) {
        RunTaskRequest.Builder request =
                RunTaskRequest.builder().cluster("demo").taskDefinition("web");
        change.accept(request);
        return ecs.runTask(request.build());
    }

    private void refused(String part, Consumer<RunTaskRequest.Builder> change) {
        assertThatThrownBy(() -> run(change))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }

    private Task describe(String arn) {
        return ecs.describeTasks(r -> r.cluster("demo").tasks(arn).include(TaskField.TAGS))
                .tasks()
                .getFirst();
    }

    @Test
    void aTaskShowsEverythingThatIsKnownOfIt() {
        String worker =
                office.worker(
                        "demo", "ecs.availability-zone=zone-a", "ecs.cpu-architecture=x86_64");
        Task task = run(r -> r.startedBy("me")).tasks().getFirst();
        String id = task.taskArn().substring(task.taskArn().lastIndexOf('/') + 1);
        assertThat(task.taskArn()).isEqualTo(Office.ARN + "task/demo/" + id);
        assertThat(task.clusterArn()).isEqualTo(Office.ARN + "cluster/demo");
        assertThat(task.taskDefinitionArn()).isEqualTo(Office.ARN + "task-definition/web:1");
        assertThat(task.containerInstanceArn()).isEqualTo(worker);
        assertThat(task.availabilityZone()).isEqualTo("zone-a");
        assertThat(task.attributes().getFirst().value()).isEqualTo("x86_64");
        assertThat(task.lastStatus()).isEqualTo("PENDING");
        assertThat(task.desiredStatus()).isEqualTo("RUNNING");
        assertThat(task.cpu()).isEqualTo("100");
        assertThat(task.memory()).isEqualTo("128");
        assertThat(task.group()).isEqualTo("family:web");
        assertThat(task.startedBy()).isEqualTo("me");
        assertThat(task.launchTypeAsString()).isEqualTo("EC2");
        assertThat(task.version()).isEqualTo(1);
        assertThat(task.connectivity()).isEqualTo(Connectivity.CONNECTED);
        assertThat(task.healthStatus()).isEqualTo(HealthStatus.UNKNOWN);
        assertThat(task.enableExecuteCommand()).isFalse();
        assertThat(task.createdAt()).isEqualTo(office.time.now());
        assertThat(task.startedAt()).isNull();
        assertThat(task.hasAttachments()).isTrue();
        assertThat(task.overrides().containerOverrides())
                .containsExactly(ContainerOverride.builder().name("main").build());
        var container = task.containers().getFirst();
        assertThat(container.containerArn()).startsWith(Office.ARN + "container/demo/" + id + '/');
        assertThat(container.taskArn()).isEqualTo(task.taskArn());
        assertThat(container.image()).isEqualTo("busybox:local");
        assertThat(container.cpu()).isEqualTo("100");
        assertThat(container.memory()).isEqualTo("128");
        assertThat(container.lastStatus()).isEqualTo("PENDING");
        assertThat(container.hasNetworkInterfaces()).isTrue();
    }

    @Test
    void whatAgentsReportIsSeen() {
        office.worker("demo");
        String arn = run(r -> {}).tasks().getFirst().taskArn();
        ecs.submitTaskStateChange(
                r ->
                        r.cluster("demo")
                                .task(arn)
                                .status("RUNNING")
                                .pullStartedAt(office.time.now())
                                .containers(
                                        c ->
                                                c.containerName("main")
                                                        .runtimeId("abc")
                                                        .imageDigest("sha256:1")
                                                        .status("RUNNING")
                                                        .networkBindings(
                                                                b ->
                                                                        b.containerPort(80)
                                                                                .hostPort(32768))));
        Task running = describe(arn);
        assertThat(running.lastStatus()).isEqualTo("RUNNING");
        assertThat(running.startedAt()).isNotNull();
        assertThat(running.pullStartedAt()).isNotNull();
        assertThat(running.containers().getFirst().runtimeId()).isEqualTo("abc");
        assertThat(running.containers().getFirst().networkBindings().getFirst().hostPort())
                .isEqualTo(32768);
        ecs.submitContainerStateChange(
                r ->
                        r.cluster("demo")
                                .task(arn)
                                .containerName("main")
                                .status("STOPPED")
                                .exitCode(3)
                                .reason("OutOfMemoryError: x"));
        office.report(arn, "STOPPED");
        Task stopped = describe(arn);
        assertThat(stopped.lastStatus()).isEqualTo("STOPPED");
        assertThat(stopped.stopCodeAsString()).isEqualTo("EssentialContainerExited");
        assertThat(stopped.stoppedReason()).isEqualTo("Essential container in task exited");
        assertThat(stopped.containers().getFirst().exitCode()).isEqualTo(3);
        assertThat(stopped.containers().getFirst().reason()).startsWith("OutOfMemoryError");
        assertThat(stopped.stoppedAt()).isNotNull();
    }

    private static TaskId id(String arn) {
        return TaskId.parse(arn.substring(arn.lastIndexOf('/') + 1));
    }

    @Test
    void tasksThatStopAndThoseThatHaveStoppedAreListedInOneOrder() {
        office.worker("demo");
        List<String> arns = run(r -> r.count(8)).tasks().stream().map(Task::taskArn).toList();
        for (int i = 0; i < 7; i++) {
            String arn = arns.get(i);
            ecs.stopTask(r -> r.cluster("demo").task(arn));
            if (i % 2 == 1) {
                office.report(arn, "STOPPED");
            }
        }
        assertThat(
                        ecs
                                .listTasksPaginator(
                                        r ->
                                                r.cluster("demo")
                                                        .desiredStatus("STOPPED")
                                                        .maxResults(2))
                                .taskArns()
                                .stream())
                .containsExactlyElementsOf(
                        arns.subList(0, 7).stream()
                                .sorted(Comparator.comparing(TasksTest::id))
                                .toList());
        assertThat(ecs.listTasks(r -> r.cluster("demo")).taskArns())
                .containsExactly(arns.getLast());
    }

    @Test
    void aTaskIsConnectedSinceItsAgentIs() {
        String worker = office.worker("demo");
        office.time.advance(Duration.ofMinutes(1));
        String arn = run(r -> {}).tasks().getFirst().taskArn();
        assertThat(describe(arn).connectivityAt()).isEqualTo(office.time.now());
        office.time.advance(Duration.ofMinutes(1));
        office.disconnect(worker);
        assertThat(describe(arn).connectivity()).isEqualTo(Connectivity.DISCONNECTED);
        office.time.advance(Duration.ofMinutes(1));
        office.connect(worker);
        assertThat(describe(arn).connectivity()).isEqualTo(Connectivity.CONNECTED);
        assertThat(describe(arn).connectivityAt()).isEqualTo(office.time.now());
    }

    @Test
    void reportsOnUnknownTasksAreAcknowledged() {
        for (String task :
                List.of("junk", "", Office.ARN + "task/demo/0123456789abcdef0123456789abcdef")) {
            assertThat(
                            ecs.submitTaskStateChange(
                                            r -> r.cluster("gone").task(task).status("STOPPED"))
                                    .acknowledgment())
                    .isNotEmpty();
        }
        assertThat(ecs.submitContainerStateChange(r -> r.task("x")).acknowledgment()).isNotEmpty();
        assertThat(
                        ecs.submitAttachmentStateChanges(
                                        r -> r.attachments(a -> a.attachmentArn("x").status("y")))
                                .acknowledgment())
                .isNotEmpty();
    }

    @Test
    void withoutMachinesThereIsNoPlace() {
        refused("No Container Instances were found in your cluster.", r -> {});
    }

    @Test
    void whatDoesNotFitComesBackAsFailures() {
        String worker = office.worker("demo");
        RunTaskResponse response = run(r -> r.count(10));
        assertThat(response.tasks()).hasSize(8);
        assertThat(response.failures()).hasSize(1);
        assertThat(response.failures().getFirst().arn()).isEqualTo(worker);
        assertThat(response.failures().getFirst().reason()).isEqualTo("RESOURCE:MEMORY");
        RunTaskResponse none = run(r -> {});
        assertThat(none.tasks()).isEmpty();
        assertThat(none.failures()).hasSize(1);
    }

    @Test
    void aDisconnectedAgentIsAReason() {
        ecs.registerContainerInstance(r -> r.cluster("demo").totalResources(Office.resources()));
        assertThat(run(r -> {}).failures().getFirst().reason()).isEqualTo("AGENT");
    }

    @Test
    void attributesDecideWhereTasksGo() {
        office.worker("demo");
        String processes = office.worker("demo", "gantry.capability.process-engine");
        ecs.registerTaskDefinition(
                r ->
                        r.family("script")
                                .containerDefinitions(
                                        Office.container("main").image("host").build()));
        var response = run(r -> r.taskDefinition("script").count(2));
        assertThat(response.tasks())
                .extracting(Task::containerInstanceArn)
                .containsExactly(processes, processes);
    }

    @Test
    void distinctInstanceKeepsTasksApart() {
        office.worker("demo");
        office.worker("demo");
        var response = run(r -> r.count(3).placementConstraints(p -> p.type("distinctInstance")));
        assertThat(response.tasks()).hasSize(2);
        assertThat(response.failures())
                .allMatch(each -> each.reason().startsWith("DistinctInstance"));
    }

    @Test
    void aPlaceTakenInTheMeantimeIsPlannedAgain() {
        String arn = office.worker("demo");
        office.worker("demo");
        var worker = WorkerId.parse(arn.substring(arn.lastIndexOf('/') + 1));
        office.log.squeezeIn(new Command.DeregisterWorker(worker, true));
        RunTaskResponse response = run(r -> r.count(6).clientToken("t"));
        assertThat(response.tasks()).hasSize(6);
        assertThat(response.failures()).isEmpty();
        assertThat(run(r -> r.count(6).clientToken("t")).tasks())
                .extracting(Task::taskArn)
                .containsExactlyElementsOf(response.tasks().stream().map(Task::taskArn).toList());
    }

    @Test
    void aClientTokenStartsOnce() {
        office.worker("demo");
        String first = run(r -> r.clientToken("a")).tasks().getFirst().taskArn();
        assertThat(run(r -> r.clientToken("a")).tasks().getFirst().taskArn()).isEqualTo(first);
        assertThat(ecs.listTasks(r -> r.cluster("demo")).taskArns()).hasSize(1);
        assertThatThrownBy(() -> run(r -> r.clientToken("a").count(2)))
                .isInstanceOfSatisfying(
                        ConflictException.class,
                        e -> assertThat(e.resourceIds()).containsExactly(first));
        refused("clientToken", r -> r.clientToken("x".repeat(65)));
        refused("clientToken", r -> r.clientToken("with space"));
    }

    @Test
    void aTaskRunsOnItsArchitectureOnly() {
        ecs.registerTaskDefinition(
                r ->
                        r.family("arm")
                                .containerDefinitions(Office.container("main").build())
                                .runtimePlatform(p -> p.cpuArchitecture("ARM64")));
        office.worker("demo", "ecs.cpu-architecture=x86_64");
        RunTaskResponse refused = run(r -> r.taskDefinition("arm"));
        assertThat(refused.failures()).extracting(f -> f.reason()).containsExactly("ATTRIBUTE");
        String arm = office.worker("demo", "ecs.cpu-architecture=arm64");
        assertThat(run(r -> r.taskDefinition("arm")).tasks().getFirst().containerInstanceArn())
                .isEqualTo(arm);
    }

    @Test
    void aMachineThatDoesNotSayItsArchitectureIsTrusted() {
        ecs.registerTaskDefinition(
                r ->
                        r.family("arm")
                                .containerDefinitions(Office.container("main").build())
                                .runtimePlatform(p -> p.cpuArchitecture("ARM64")));
        office.worker("demo");
        assertThat(run(r -> r.taskDefinition("arm")).tasks()).hasSize(1);
    }

    /** A container that is started again in place gets other ports. */
    @Test
    void laterBindingsTakeThePlaceOfEarlierOnes() {
        office.worker("demo");
        String arn = run(r -> {}).tasks().getFirst().taskArn();
        office.reportBindings(
                arn,
                NetworkBinding.builder().containerPort(80).hostPort(32768).build(),
                range("32800-32810"));
        office.reportBindings(arn, range("40000-40010"));
        assertThat(describe(arn).containers().getFirst().networkBindings())
                .containsExactly(range("40000-40010"));
        office.report(arn, "RUNNING");
        assertThat(describe(arn).containers().getFirst().networkBindings()).hasSize(1);
    }

    private static NetworkBinding range(String hostPorts) {
        return NetworkBinding.builder()
                .bindIP("0.0.0.0")
                .protocol("tcp")
                .containerPortRange("8000-8010")
                .hostPortRange(hostPorts)
                .build();
    }

    @Test
    void overridesChangeTheTaskAndItsSize() {
        office.worker("demo");
        Task task =
                run(r ->
                                r.overrides(
                                        o ->
                                                o.cpu("0.5 vCPU")
                                                        .containerOverrides(
                                                                c ->
                                                                        c.name("main")
                                                                                .memory(256)
                                                                                .command("ls"))))
                        .tasks()
                        .getFirst();
        assertThat(task.cpu()).isEqualTo("512");
        assertThat(task.memory()).isEqualTo("256");
        assertThat(task.overrides().cpu()).isEqualTo("512");
        assertThat(task.overrides().containerOverrides().getFirst().command())
                .containsExactly("ls");
        assertThat(task.containers().getFirst().memory()).isEqualTo("256");
        refused(
                "Override for container named ghost is not a container in the TaskDefinition.",
                r -> r.overrides(o -> o.containerOverrides(c -> c.name("ghost"))));
        refused(
                "overrides.ephemeralStorage'",
                r -> r.overrides(o -> o.ephemeralStorage(e -> e.sizeInGiB(30))));
        refused(
                "at least 6",
                r -> r.overrides(o -> o.containerOverrides(c -> c.name("main").memory(1))));
        refused(
                "at most 8192",
                r ->
                        r.overrides(
                                o ->
                                        o.containerOverrides(
                                                c -> c.name("main").command("x".repeat(9000)))));
    }

    @Test
    void tagsComeFromThreePlaces() {
        office.worker("demo");
        ecs.registerTaskDefinition(
                r ->
                        r.family("tagged")
                                .containerDefinitions(Office.container("main").build())
                                .tags(tag("a", "definition"), tag("b", "definition")));
        String arn =
                run(r ->
                                r.taskDefinition("tagged")
                                        .enableECSManagedTags(true)
                                        .propagateTags(PropagateTags.TASK_DEFINITION)
                                        .tags(tag("b", "request")))
                        .tasks()
                        .getFirst()
                        .taskArn();
        assertThat(describe(arn).tags())
                .containsExactlyInAnyOrder(
                        tag("aws:ecs:clusterName", "demo"),
                        tag("a", "definition"),
                        tag("b", "request"));
        assertThat(ecs.describeTasks(r -> r.cluster("demo").tasks(arn)).tasks().getFirst().tags())
                .isEmpty();
        assertThat(ecs.listTagsForResource(r -> r.resourceArn(arn)).tags()).hasSize(3);
        refused("propagateTags", r -> r.propagateTags(PropagateTags.SERVICE));
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    @Test
    void mistakesHaveTheWordsOfEcs() {
        refused("count must be between 1 and 10", r -> r.count(0));
        refused("count must be between 1 and 10", r -> r.count(11));
        refused("launch type should be one of [EC2,FARGATE,EXTERNAL]", r -> r.launchType("EC3"));
        refused(
                "Specify either Launch Type or Capacity Provider Strategy, but not both.",
                r -> r.launchType("EC2").capacityProviderStrategy(c -> c.capacityProvider("x")));
        refused("TaskDefinition can not be blank.", r -> r.taskDefinition(null));
        assertThatThrownBy(() -> run(r -> r.taskDefinition("ghost")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("TaskDefinition not found.");
        assertThatThrownBy(() -> run(r -> r.cluster("ghost")))
                .isInstanceOf(ClusterNotFoundException.class)
                .hasMessageContaining("Cluster not found.");
        ecs.deregisterTaskDefinition(r -> r.taskDefinition("web:1"));
        assertThatThrownBy(() -> run(r -> r.taskDefinition("web:1")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("TaskDefinition is inactive");
    }

    @Test
    void whatIsNotActedOnIsRefusedByName() {
        refused("'launchType' with value", r -> r.launchType("MANAGED_INSTANCES"));
        refused(
                "Network Configuration",
                r -> r.networkConfiguration(n -> n.awsvpcConfiguration(a -> a.subnets("s"))));
        refused("platform version must be null", r -> r.platformVersion("1.4.0"));
        refused("'enableExecuteCommand'", r -> r.enableExecuteCommand(true));
        refused("'volumeConfigurations'", r -> r.volumeConfigurations(v -> v.name("v")));
        refused(
                "Invalid expression in 'placementConstraints': Expected a subject",
                r -> r.placementConstraints(p -> p.type("memberOf").expression("x")));
        refused(
                "Invalid placement strategy",
                r -> r.placementStrategy(p -> p.type("binpack").field("disk")));
        refused("Invalid placement strategy", r -> r.placementStrategy(p -> p.type("spread")));
        refused("startedBy", r -> r.startedBy("a b"));
        refused("'group'", r -> r.group("service:web"));
    }

    @Test
    void stoppingAsksTheAgentToStop() {
        office.worker("demo");
        String arn = run(r -> {}).tasks().getFirst().taskArn();
        Task stopped = ecs.stopTask(r -> r.cluster("demo").task(arn).reason("enough")).task();
        assertThat(stopped.desiredStatus()).isEqualTo("STOPPED");
        assertThat(stopped.lastStatus()).isEqualTo("PENDING");
        assertThat(stopped.stopCodeAsString()).isEqualTo("UserInitiated");
        assertThat(stopped.stoppedReason()).isEqualTo("enough");
        assertThat(stopped.stoppingAt()).isNotNull();
        office.report(arn, "STOPPED");
        Task again = ecs.stopTask(r -> r.cluster("demo").task(arn)).task();
        assertThat(again.lastStatus()).isEqualTo("STOPPED");
        assertThat(again.stoppedReason()).isEqualTo("enough");
        assertThatThrownBy(() -> ecs.stopTask(r -> r.cluster("demo").task("0".repeat(32))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("The referenced task was not found.");
    }

    @Test
    void describingTellsWhatIsMissing() {
        String id = "0123456789abcdef0123456789abcdef";
        var response = ecs.describeTasks(r -> r.cluster("demo").tasks(id));
        assertThat(response.hasTasks()).isTrue();
        assertThat(response.failures().getFirst().arn()).isEqualTo(Office.ARN + "task/demo/" + id);
        assertThat(response.failures().getFirst().reason()).isEqualTo("MISSING");
        assertThatThrownBy(() -> ecs.describeTasks(r -> r.cluster("demo")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Tasks cannot be empty.");
        assertThatThrownBy(
                        () ->
                                ecs.describeTasks(
                                        r -> r.cluster("demo").tasks(Collections.nCopies(101, id))))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void listingFiltersAndPages() {
        String one = office.worker("demo");
        office.worker("demo");
        office.definition("job");
        for (int i = 0; i < 3; i++) {
            run(r -> r.count(2).startedBy("me"));
        }
        run(r -> r.taskDefinition("job").networkConfiguration(n -> {}));
        List<String> all =
                ecs.listTasksPaginator(r -> r.cluster("demo").maxResults(2)).taskArns().stream()
                        .toList();
        assertThat(all).hasSize(7).doesNotHaveDuplicates();
        assertThat(ecs.listTasks(r -> r.cluster("demo").family("job")).taskArns()).hasSize(1);
        assertThat(ecs.listTasks(r -> r.cluster("demo").startedBy("me")).taskArns()).hasSize(6);
        int here = ecs.listTasks(r -> r.cluster("demo").containerInstance(one)).taskArns().size();
        assertThat(here).isBetween(1, 6);
        assertThat(ecs.listTasks(r -> r.cluster("demo").launchType("EXTERNAL")).taskArns())
                .isEmpty();
        ecs.stopTask(r -> r.cluster("demo").task(all.getFirst()));
        assertThat(ecs.listTasks(r -> r.cluster("demo")).taskArns()).hasSize(6);
        assertThat(ecs.listTasks(r -> r.cluster("demo").desiredStatus("STOPPED")).taskArns())
                .containsExactly(all.getFirst());
        assertThat(ecs.listTasks(r -> r.cluster("demo").desiredStatus("PENDING")).taskArns())
                .isEmpty();
        String token = ecs.listTasks(r -> r.cluster("demo").maxResults(4)).nextToken();
        assertThat(
                        ecs.listTasks(
                                        r ->
                                                r.cluster(Office.ARN + "cluster/demo")
                                                        .desiredStatus("RUNNING")
                                                        .nextToken(token))
                                .taskArns())
                .containsExactlyElementsOf(all.subList(5, 7));
        assertThatThrownBy(
                        () -> ecs.listTasks(r -> r.cluster("demo").family("web").nextToken(token)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Invalid token.");
        assertThatThrownBy(() -> ecs.listTasks(r -> r.cluster("demo").serviceName("ghost")))
                .isInstanceOf(ServiceNotFoundException.class);
        assertThatThrownBy(() -> ecs.listTasks(r -> r.cluster("demo").startedBy("x").family("y")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("only filter");
        assertThatThrownBy(() -> ecs.listTasks(r -> r.cluster("demo").desiredStatus("bogus")))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void reasonsOfAgentsAreCutWhereNoCharacterIsSplit() {
        office.worker("demo");
        String arn = run(r -> {}).tasks().getFirst().taskArn();
        String reason = "CannotPullContainerError: " + "x".repeat(997) + "\ud83d\udc33 and more";
        ecs.submitTaskStateChange(
                r ->
                        r.cluster("demo")
                                .task(arn)
                                .status("STOPPED")
                                .containers(
                                        c ->
                                                c.containerName("main")
                                                        .status("STOPPED")
                                                        .reason(reason)));
        Task task = describe(arn);
        assertThat(task.stoppedReason()).isEqualTo(reason.substring(0, 1_023));
        assertThat(task.containers().getFirst().reason()).isEqualTo(task.stoppedReason());
        assertThat(task.stopCodeAsString()).isEqualTo("TaskFailedToStart");
    }

    @Test
    void imagesShowTheirDigestAsSoonAsItIsKnown() {
        office.worker("demo");
        String arn = run(r -> {}).tasks().getFirst().taskArn();
        String digest = "sha256:" + "a".repeat(64);
        ecs.submitTaskStateChange(
                r ->
                        r.cluster("demo")
                                .task(arn)
                                .status("PENDING")
                                .containers(
                                        c ->
                                                c.containerName("main")
                                                        .status("PENDING")
                                                        .imageDigest(digest)));
        Task task = describe(arn);
        assertThat(task.lastStatus()).isEqualTo("PENDING");
        assertThat(task.containers().getFirst().imageDigest()).isEqualTo(digest);
        assertThat(task.containers().getFirst().image()).isEqualTo("busybox:local");
    }
}
