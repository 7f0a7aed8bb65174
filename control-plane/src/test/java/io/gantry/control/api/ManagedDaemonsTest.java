package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.reconcile.ManagedPlan;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ServiceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ClusterContainsServicesException;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.CreateDaemonRequest;
import software.amazon.awssdk.services.ecs.model.CreateDaemonResponse;
import software.amazon.awssdk.services.ecs.model.DaemonDeployment;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentRollbackMonitorsStatus;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentStatus;
import software.amazon.awssdk.services.ecs.model.DaemonDetail;
import software.amazon.awssdk.services.ecs.model.DaemonNotActiveException;
import software.amazon.awssdk.services.ecs.model.DaemonNotFoundException;
import software.amazon.awssdk.services.ecs.model.DaemonPropagateTags;
import software.amazon.awssdk.services.ecs.model.DaemonRevision;
import software.amazon.awssdk.services.ecs.model.DaemonStatus;
import software.amazon.awssdk.services.ecs.model.DaemonSummary;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.ResourceInUseException;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskField;
import software.amazon.awssdk.services.ecs.model.UpdateDaemonRequest;

/** Managed daemons as clients see them. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ManagedDaemonsTest {
    private static final String FARGATE = Office.ARN + "capacity-provider/FARGATE";
    private static final String CLUSTER = Office.ARN + "cluster/demo";
    private static final String AGENT = Office.ARN + "daemon/demo/agent";
    private static final String MISSING = Office.ARN + "daemon/demo/missing";

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;
    private String definition = "";

    @BeforeEach
    void prepare() {
        ecs.putClusterCapacityProviders(
                r ->
                        r.cluster("demo")
                                .capacityProviders("FARGATE")
                                .defaultCapacityProviderStrategy(List.of()));
        definition = register();
    }

    private String register() {
        return ecs.registerDaemonTaskDefinition(
                        r ->
                                r.family("agent")
                                        .containerDefinitions(
                                                c -> c.name("main").image("agent:1").memory(64)))
                .daemonTaskDefinitionArn();
    }

    private CreateDaemonResponse create(Consumer<CreateDaemonRequest.Builder> change) {
        var request =
                CreateDaemonRequest.builder()
                        .daemonName("agent")
                        .clusterArn(CLUSTER)
                        .daemonTaskDefinitionArn(definition)
                        .capacityProviderArns(FARGATE);
        change.accept(request);
        return ecs.createDaemon(request.build());
    }

    private void update(Consumer<UpdateDaemonRequest.Builder> change) {
        var request =
                UpdateDaemonRequest.builder()
                        .daemonArn(AGENT)
                        .daemonTaskDefinitionArn(definition)
                        .capacityProviderArns(FARGATE);
        change.accept(request);
        ecs.updateDaemon(request.build());
    }

    private <T extends Throwable> void refused(
            Class<T> type, String part, Consumer<CreateDaemonRequest.Builder> change) {
        assertThatThrownBy(() -> create(change)).isInstanceOf(type).hasMessageContaining(part);
    }

    /** Does what the leader and the agents do, for a while. */
    private void run() {
        ServiceKey key = ServiceKey.ofDaemon("demo", "agent");
        for (int i = 0; i < 30; i++) {
            ManagedDaemon daemon = office.log.state().managed().daemons().get(key);
            Command step =
                    daemon == null
                            ? null
                            : ManagedPlan.next(office.log.state(), daemon, office.ids);
            if (step != null) {
                office.submit(step);
            }
            office.log
                    .state()
                    .aliveOf(key)
                    .toList()
                    .forEach(
                            task ->
                                    office.report(
                                            Office.ARN + "task/demo/" + task.id(),
                                            task.wanted() ? "RUNNING" : "STOPPED"));
            office.time.advance(Duration.ofSeconds(3));
            office.submit(new Command.Tick());
        }
    }

    private DaemonDetail describe() {
        return ecs.describeDaemon(r -> r.daemonArn(AGENT)).daemon();
    }

    private DaemonDeployment deployment(String arn) {
        return ecs.describeDaemonDeployments(r -> r.daemonDeploymentArns(arn))
                .daemonDeployments()
                .getFirst();
    }

    @Test
    void aDaemonRunsOnEachMachine() {
        office.worker("demo");
        office.worker("demo");
        CreateDaemonResponse created = create(_ -> {});
        assertThat(created.daemonArn()).isEqualTo(AGENT);
        assertThat(created.status()).isEqualTo(DaemonStatus.ACTIVE);
        assertThat(created.createdAt()).isNotNull();
        assertThat(created.deploymentArn())
                .startsWith(Office.ARN + "daemon-deployment/demo/agent/");
        assertThat(deployment(created.deploymentArn()).status())
                .isEqualTo(DaemonDeploymentStatus.PENDING);
        run();
        DaemonDetail daemon = describe();
        assertThat(daemon.clusterArn()).isEqualTo(CLUSTER);
        assertThat(daemon.status()).isEqualTo(DaemonStatus.ACTIVE);
        assertThat(daemon.deploymentArn()).isEqualTo(created.deploymentArn());
        assertThat(daemon.currentRevisions())
                .singleElement()
                .satisfies(
                        revision -> {
                            assertThat(revision.totalRunningCount()).isEqualTo(2);
                            assertThat(revision.capacityProviders())
                                    .singleElement()
                                    .matches(p -> p.arn().equals(FARGATE) && p.runningCount() == 2);
                        });
        DaemonDeployment deployment = deployment(created.deploymentArn());
        assertThat(deployment.status()).isEqualTo(DaemonDeploymentStatus.SUCCESSFUL);
        assertThat(deployment.targetDaemonRevision().totalRunningInstanceCount()).isEqualTo(2);
        assertThat(deployment.targetDaemonRevision().totalDrainingInstanceCount()).isZero();
        assertThat(deployment.circuitBreaker().status())
                .isEqualTo(DaemonDeploymentRollbackMonitorsStatus.MONITORING_COMPLETE);
        assertThat(deployment.circuitBreaker().threshold()).isEqualTo(3);
        assertThat(deployment.alarms().status())
                .isEqualTo(DaemonDeploymentRollbackMonitorsStatus.DISABLED);
        assertThat(deployment.deploymentConfiguration().drainPercent()).isEqualTo(25.0);
        assertThat(deployment.deploymentConfiguration().bakeTimeInMinutes()).isZero();
    }

    @Test
    void itsTasksAreTasksButItIsNoService() {
        office.worker("demo");
        create(
                r ->
                        r.tags(Tag.builder().key("team").value("a").build())
                                .propagateTags(DaemonPropagateTags.DAEMON)
                                .enableECSManagedTags(true)
                                .enableExecuteCommand(true));
        run();
        List<String> arns = ecs.listTasks(r -> r.cluster("demo").daemonName("agent")).taskArns();
        assertThat(arns).hasSize(1);
        Task task =
                ecs.describeTasks(r -> r.cluster("demo").tasks(arns).include(TaskField.TAGS))
                        .tasks()
                        .getFirst();
        assertThat(task.taskDefinitionArn()).isEqualTo(definition);
        assertThat(task.group()).isEqualTo("daemon:agent");
        assertThat(task.capacityProviderName()).isEqualTo("FARGATE");
        assertThat(task.enableExecuteCommand()).isTrue();
        assertThat(task.containers()).singleElement().matches(c -> c.image().equals("agent:1"));
        assertThat(task.tags())
                .extracting(Tag::key)
                .containsExactlyInAnyOrder("aws:ecs:clusterName", "aws:ecs:daemonName", "team");
        assertThat(ecs.listServices(r -> r.cluster("demo")).serviceArns()).isEmpty();
        assertThat(ecs.describeServices(r -> r.cluster("demo").services("daemon:agent")).failures())
                .hasSize(1);
        assertThat(
                        ecs.describeClusters(r -> r.clusters("demo"))
                                .clusters()
                                .getFirst()
                                .activeServicesCount())
                .isZero();
        assertThat(ecs.listTasks(r -> r.cluster("demo").daemonName("none")).taskArns()).isEmpty();
        assertThatThrownBy(
                        () ->
                                ecs.listTasks(
                                        r -> r.cluster("demo").daemonName("agent").startedBy("x")))
                .isInstanceOf(InvalidParameterException.class);
        assertThat(ecs.getTaskProtection(r -> r.cluster("demo").tasks(arns)).failures())
                .singleElement()
                .matches(failure -> failure.reason().equals("TASK_NOT_VALID"));
        assertThat(ecs.listTagsForResource(r -> r.resourceArn(AGENT)).tags())
                .extracting(Tag::key)
                .containsExactly("team");
    }

    @Test
    void aRevisionIsWhatTheDaemonWasWhenItsDeploymentBegan() {
        office.worker("demo");
        create(r -> r.propagateTags("DAEMON").enableECSManagedTags(true));
        run();
        String before = describe().currentRevisions().getFirst().arn();
        assertThat(before).startsWith(Office.ARN + "daemon-revision/demo/agent/");
        definition = register();
        update(_ -> {});
        run();
        String after = describe().currentRevisions().getFirst().arn();
        List<DaemonRevision> revisions =
                ecs.describeDaemonRevisions(r -> r.daemonRevisionArns(before, after))
                        .daemonRevisions();
        assertThat(revisions).extracting(DaemonRevision::daemonArn).containsOnly(AGENT);
        assertThat(revisions)
                .extracting(each -> each.daemonTaskDefinitionArn().replaceFirst(".*/", ""))
                .containsExactly("agent:1", "agent:2");
        assertThat(revisions)
                .extracting(DaemonRevision::propagateTags)
                .as("what an update leaves out has its default")
                .containsExactly(DaemonPropagateTags.DAEMON, DaemonPropagateTags.NONE);
        assertThat(revisions.getFirst().containerImages())
                .singleElement()
                .matches(i -> i.containerName().equals("main") && i.image().equals("agent:1"));
        DaemonDeployment deployment = deployment(describe().deploymentArn());
        assertThat(deployment.status()).isEqualTo(DaemonDeploymentStatus.SUCCESSFUL);
        assertThat(deployment.targetDaemonRevision().arn()).isEqualTo(after);
        assertThat(deployment.sourceDaemonRevisions())
                .singleElement()
                .matches(each -> each.arn().equals(before));
        assertThat(ecs.describeDaemonRevisions(r -> r.daemonRevisionArns(after + "0")).failures())
                .singleElement()
                .matches(failure -> failure.reason().equals("MISSING"));
    }

    @Test
    void createIsIdempotentByItsToken() {
        CreateDaemonResponse first = create(r -> r.clientToken("t"));
        assertThat(create(r -> r.clientToken("t")).deploymentArn())
                .isEqualTo(first.deploymentArn());
        refused(
                InvalidParameterException.class,
                "not idempotent",
                r -> r.clientToken("t").enableExecuteCommand(true));
        refused(InvalidParameterException.class, "not idempotent", _ -> {});
        refused(InvalidParameterException.class, "clientToken", r -> r.clientToken("x".repeat(37)));
    }

    @Test
    void whatCannotBeIsRefused() {
        refused(InvalidParameterException.class, "daemon name", r -> r.daemonName("a:b"));
        refused(
                ClusterNotFoundException.class,
                "Cluster",
                r -> r.clusterArn(Office.ARN + "cluster/none"));
        refused(ClientException.class, "not found", r -> r.daemonTaskDefinitionArn("agent:7"));
        refused(
                InvalidParameterException.class,
                "'none' was not found",
                r -> r.capacityProviderArns("none"));
        refused(
                InvalidParameterException.class,
                "'FARGATE_SPOT' is not associated",
                r -> r.capacityProviderArns("FARGATE_SPOT"));
        refused(
                InvalidParameterException.class,
                "capacityProviderArns",
                r -> r.capacityProviderArns(List.of()));
        refused(
                InvalidParameterException.class,
                "'deploymentConfiguration.alarms' is not supported",
                r -> r.deploymentConfiguration(d -> d.alarms(a -> a.enable(true).alarmNames("x"))));
        refused(
                InvalidParameterException.class,
                "drainPercent",
                r -> r.deploymentConfiguration(d -> d.drainPercent(100.5)));
        refused(
                InvalidParameterException.class,
                "bakeTimeInMinutes",
                r -> r.deploymentConfiguration(d -> d.bakeTimeInMinutes(-1)));
        refused(
                InvalidParameterException.class,
                "reserved",
                r -> r.tags(Tag.builder().key("aws:x").value("").build()));
        assertThatThrownBy(() -> ecs.createDaemon(r -> r.daemonName("x")))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void fargateDoesNotMixWithOtherProviders() {
        office.submit(
                new Command.CreateCapacityProvider(
                        software.amazon.awssdk.services.ecs.model.CapacityProvider.builder()
                                .name("pool")
                                .build()));
        ecs.putClusterCapacityProviders(
                r ->
                        r.cluster("demo")
                                .capacityProviders("FARGATE", "pool")
                                .defaultCapacityProviderStrategy(List.of()));
        refused(
                InvalidParameterException.class,
                "both Fargate and other kinds",
                r -> r.capacityProviderArns("FARGATE", "pool"));
        office.worker("demo", "gantry.capacity-provider=pool");
        create(r -> r.capacityProviderArns("pool"));
        run();
        assertThat(ecs.listTasks(r -> r.cluster("demo").daemonName("agent")).taskArns()).hasSize(1);
        assertThatThrownBy(
                        () ->
                                ecs.putClusterCapacityProviders(
                                        r ->
                                                r.cluster("demo")
                                                        .capacityProviders("FARGATE")
                                                        .defaultCapacityProviderStrategy(
                                                                List.of())))
                .isInstanceOf(ResourceInUseException.class);
    }

    @Test
    void aDaemonThatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> ecs.describeDaemon(r -> r.daemonArn(MISSING)))
                .isInstanceOf(DaemonNotFoundException.class);
        assertThatThrownBy(() -> ecs.deleteDaemon(r -> r.daemonArn(MISSING)))
                .isInstanceOf(DaemonNotFoundException.class);
        assertThatThrownBy(() -> update(r -> r.daemonArn(MISSING)))
                .isInstanceOf(DaemonNotFoundException.class);
        assertThatThrownBy(() -> ecs.listDaemonDeployments(r -> r.daemonArn(MISSING)))
                .isInstanceOf(InvalidParameterException.class);
        assertThatThrownBy(
                        () ->
                                ecs.describeDaemon(
                                        r -> r.daemonArn(Office.ARN + "daemon/none/agent")))
                .isInstanceOf(ClusterNotFoundException.class);
        assertThatThrownBy(() -> ecs.describeDaemon(r -> r.daemonArn(Office.ARN + "cluster/demo")))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void aDaemonThatIsDeletedIsDescribedUntilItsTasksHaveStopped() {
        office.worker("demo");
        create(_ -> {});
        run();
        assertThatThrownBy(() -> ecs.deleteCluster(r -> r.cluster("demo")))
                .isInstanceOf(ClusterContainsServicesException.class);
        var deleted = ecs.deleteDaemon(r -> r.daemonArn(AGENT));
        assertThat(deleted.status()).isEqualTo(DaemonStatus.DELETE_IN_PROGRESS);
        assertThat(deleted.daemonArn()).isEqualTo(AGENT);
        assertThat(deleted.updatedAt()).isAfterOrEqualTo(deleted.createdAt());
        assertThat(describe().status()).isEqualTo(DaemonStatus.DELETE_IN_PROGRESS);
        assertThat(deployment(deleted.deploymentArn()))
                .matches(each -> each.status() == DaemonDeploymentStatus.IN_PROGRESS)
                .matches(each -> each.targetDaemonRevision() == null)
                .matches(each -> each.sourceDaemonRevisions().size() == 1);
        assertThatThrownBy(() -> ecs.deleteDaemon(r -> r.daemonArn(AGENT)))
                .isInstanceOf(DaemonNotActiveException.class);
        assertThatThrownBy(() -> update(_ -> {})).isInstanceOf(DaemonNotActiveException.class);
        refused(InvalidParameterException.class, "being deleted", _ -> {});
        run();
        assertThatThrownBy(this::describe).isInstanceOf(DaemonNotFoundException.class);
        assertThat(deployment(deleted.deploymentArn()).status())
                .isEqualTo(DaemonDeploymentStatus.SUCCESSFUL);
        assertThat(ecs.listDaemonDeployments(r -> r.daemonArn(AGENT)).daemonDeployments())
                .hasSize(2);
        create(_ -> {});
    }

    @Test
    void aDaemonWithoutTasksIsGoneAtOnce() {
        create(_ -> {});
        var deleted = ecs.deleteDaemon(r -> r.daemonArn(AGENT));
        assertThat(deleted.status()).isEqualTo(DaemonStatus.DELETE_IN_PROGRESS);
        assertThat(deployment(deleted.deploymentArn()).status())
                .isEqualTo(DaemonDeploymentStatus.SUCCESSFUL);
        assertThat(ecs.listDaemons(r -> r.clusterArn(CLUSTER)).daemonSummariesList()).isEmpty();
    }

    @Test
    void daemonsAreListedInPages() {
        office.withCluster("second");
        for (String name : List.of("c", "a", "b", "d", "e")) {
            create(r -> r.daemonName(name));
        }
        var names = new ArrayList<String>();
        String token = null;
        do {
            String at = token;
            var page = ecs.listDaemons(r -> r.maxResults(2).nextToken(at));
            assertThat(page.daemonSummariesList()).hasSizeLessThanOrEqualTo(2);
            page.daemonSummariesList().stream()
                    .map(DaemonSummary::daemonArn)
                    .map(arn -> arn.replaceFirst(".*/", ""))
                    .forEach(names::add);
            token = page.nextToken();
        } while (token != null);
        assertThat(names).containsExactly("a", "b", "c", "d", "e");
        String first = ecs.listDaemons(r -> r.maxResults(1)).nextToken();
        assertThatThrownBy(() -> ecs.listDaemons(r -> r.clusterArn(CLUSTER).nextToken(first)))
                .isInstanceOf(InvalidParameterException.class);
        assertThatThrownBy(() -> ecs.listDaemons(r -> r.maxResults(101)))
                .isInstanceOf(InvalidParameterException.class);
        assertThat(
                        ecs.listDaemons(r -> r.clusterArn(Office.ARN + "cluster/second"))
                                .daemonSummariesList())
                .isEmpty();
        assertThat(ecs.listDaemons(r -> r.capacityProviderArns(FARGATE)).daemonSummariesList())
                .hasSize(5)
                .allMatch(each -> each.status() == DaemonStatus.ACTIVE);
        assertThat(ecs.listDaemons(r -> r.capacityProviderArns("p")).daemonSummariesList())
                .isEmpty();
        assertThatThrownBy(() -> ecs.listDaemons(r -> r.clusterArn("none")))
                .isInstanceOf(ClusterNotFoundException.class);
    }

    @Test
    void deploymentsAreListedNewestFirst() {
        office.worker("demo");
        create(_ -> {});
        Instant begun = Instant.ofEpochMilli(office.time.nowMillis());
        for (int i = 0; i < 3; i++) {
            office.time.advance(Duration.ofSeconds(1));
            update(_ -> {});
        }
        var all = ecs.listDaemonDeployments(r -> r.daemonArn(AGENT)).daemonDeployments();
        assertThat(all).hasSize(4);
        assertThat(all.getFirst().daemonDeploymentArn()).isEqualTo(describe().deploymentArn());
        assertThat(all.getFirst().daemonArn()).isEqualTo(AGENT);
        assertThat(all.getFirst().targetDaemonRevisionArn()).contains("daemon-revision/demo/");
        var page = ecs.listDaemonDeployments(r -> r.daemonArn(AGENT).maxResults(3));
        assertThat(page.daemonDeployments()).isEqualTo(all.subList(0, 3));
        assertThat(
                        ecs.listDaemonDeployments(
                                        r ->
                                                r.daemonArn(AGENT)
                                                        .maxResults(3)
                                                        .nextToken(page.nextToken()))
                                .daemonDeployments())
                .isEqualTo(all.subList(3, 4));
        assertThat(
                        ecs.listDaemonDeployments(
                                        r ->
                                                r.daemonArn(AGENT)
                                                        .status(DaemonDeploymentStatus.STOPPED))
                                .daemonDeployments())
                .hasSize(3)
                .allMatch(each -> each.stoppedAt() != null);
        assertThat(
                        ecs.listDaemonDeployments(
                                        r -> r.daemonArn(AGENT).createdAt(c -> c.after(begun)))
                                .daemonDeployments())
                .hasSize(3);
    }

    @Test
    void atMostTwentyAreDescribedAndAtLeastOne() {
        String arn = create(_ -> {}).deploymentArn();
        assertThatThrownBy(() -> ecs.describeDaemonDeployments(r -> r.daemonDeploymentArns()))
                .isInstanceOf(InvalidParameterException.class);
        List<String> many = Collections.nCopies(21, arn);
        assertThatThrownBy(() -> ecs.describeDaemonDeployments(r -> r.daemonDeploymentArns(many)))
                .isInstanceOf(InvalidParameterException.class);
        assertThatThrownBy(() -> ecs.describeDaemonRevisions(r -> r.daemonRevisionArns()))
                .isInstanceOf(InvalidParameterException.class);
        assertThat(ecs.describeDaemonDeployments(r -> r.daemonDeploymentArns(arn + "x")).failures())
                .singleElement()
                .matches(failure -> failure.reason().equals("MISSING"));
    }
}
