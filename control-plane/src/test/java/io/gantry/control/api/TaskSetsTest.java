package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.CreateTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.DeploymentControllerType;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.PlatformUnknownException;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceNotActiveException;
import software.amazon.awssdk.services.ecs.model.ServiceNotFoundException;
import software.amazon.awssdk.services.ecs.model.StabilityStatus;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskSet;
import software.amazon.awssdk.services.ecs.model.TaskSetField;
import software.amazon.awssdk.services.ecs.model.TaskSetNotFoundException;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;

/** The five operations on task sets, and what becomes of the others for services that have them. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class TaskSetsTest {
    private static final ServiceKey WEB = new ServiceKey("demo", "web");

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void createService() {
        office.definition("app");
        office.worker("demo");
        service(r -> r.desiredCount(4));
    }

    private Service service(Consumer<CreateServiceRequest.Builder> change) {
        var request =
                CreateServiceRequest.builder()
                        .cluster("demo")
                        .serviceName("web")
                        .deploymentController(d -> d.type("EXTERNAL"));
        change.accept(request);
        return ecs.createService(request.build()).service();
    }

    private TaskSet create(Consumer<CreateTaskSetRequest.Builder> change) {
        var request =
                CreateTaskSetRequest.builder()
                        .cluster("demo")
                        .service("web")
                        .taskDefinition("app")
                        .scale(s -> s.value(50.0).unit("PERCENT"));
        change.accept(request);
        return ecs.createTaskSet(request.build()).taskSet();
    }

    private Service update(Consumer<UpdateServiceRequest.Builder> change) {
        var request = UpdateServiceRequest.builder().cluster("demo").service("web");
        change.accept(request);
        return ecs.updateService(request.build()).service();
    }

    private TaskSet lead(String set) {
        return ecs.updateServicePrimaryTaskSet(
                        r -> r.cluster("demo").service("web").primaryTaskSet(set))
                .taskSet();
    }

    private TaskSet scale(String set, double percent) {
        return ecs.updateTaskSet(
                        r ->
                                r.cluster("demo")
                                        .service("web")
                                        .taskSet(set)
                                        .scale(s -> s.value(percent).unit("PERCENT")))
                .taskSet();
    }

    private TaskSet delete(String set, boolean force) {
        return ecs.deleteTaskSet(r -> r.cluster("demo").service("web").taskSet(set).force(force))
                .taskSet();
    }

    private Service describe() {
        return ecs.describeServices(r -> r.cluster("demo").services("web")).services().getFirst();
    }

    private void runAll() {
        office.reconcile(WEB);
        for (String task : ecs.listTasks(r -> r.cluster("demo").serviceName("web")).taskArns()) {
            office.report(task, "RUNNING");
        }
        for (String task :
                ecs.listTasks(r -> r.cluster("demo").serviceName("web").desiredStatus("STOPPED"))
                        .taskArns()) {
            office.report(task, "STOPPED");
        }
        pass();
    }

    private void pass() {
        office.time.advance(Duration.ofSeconds(41));
        office.submit(new Command.Tick());
    }

    private static void refused(
            Class<? extends EcsException> type, String part, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContaining(part);
    }

    private static void invalid(String part, ThrowingCallable call) {
        refused(InvalidParameterException.class, part, call);
    }

    @Test
    void aServiceWithoutSetsShowsNothingOfThem() {
        Service service = describe();
        assertThat(service.deploymentController().type())
                .isEqualTo(DeploymentControllerType.EXTERNAL);
        assertThat(service.desiredCount()).isEqualTo(4);
        assertThat(service.taskDefinition()).isNull();
        assertThat(service.launchTypeAsString()).isEqualTo("EC2");
        assertThat(service.hasTaskSets()).isTrue();
        assertThat(service.taskSets()).isEmpty();
        assertThat(service.hasDeployments()).isTrue();
        assertThat(service.deployments()).isEmpty();
        assertThat(service.hasCurrentServiceRevisions()).isFalse();
        assertThat(service.deploymentConfiguration().maximumPercent()).isEqualTo(200);
        assertThat(service.deploymentConfiguration().minimumHealthyPercent()).isEqualTo(100);
        assertThat(service.schedulingStrategyAsString()).isEqualTo("REPLICA");
    }

    @Test
    void theNameIsEnoughForAService() {
        Service service =
                ecs.createService(
                                r ->
                                        r.cluster("demo")
                                                .serviceName("other")
                                                .deploymentController(d -> d.type("EXTERNAL")))
                        .service();
        assertThat(service.desiredCount()).isZero();
    }

    @Test
    void aNewSetShowsWhatItIs() {
        var tag = Tag.builder().key("k").value("v").build();
        TaskSet set = create(r -> r.externalId("release-7").tags(tag));
        assertThat(set.id()).matches("ecs-svc/[0-9]{19}");
        assertThat(set.taskSetArn()).isEqualTo(Office.ARN + "task-set/demo/web/" + set.id());
        assertThat(set.serviceArn()).isEqualTo(Office.ARN + "service/demo/web");
        assertThat(set.clusterArn()).isEqualTo(Office.ARN + "cluster/demo");
        assertThat(set.status()).isEqualTo("ACTIVE");
        assertThat(set.externalId()).isEqualTo("release-7");
        assertThat(set.startedBy()).isNull();
        assertThat(set.taskDefinition()).isEqualTo(Office.ARN + "task-definition/app:1");
        assertThat(set.computedDesiredCount()).isEqualTo(2);
        assertThat(set.runningCount()).isZero();
        assertThat(set.launchTypeAsString()).isEqualTo("EC2");
        assertThat(set.scale().value()).isEqualTo(50.0);
        assertThat(set.scale().unitAsString()).isEqualTo("PERCENT");
        assertThat(set.stabilityStatus()).isEqualTo(StabilityStatus.STABILIZING);
        assertThat(set.stabilityStatusAt()).isEqualTo(set.createdAt()).isEqualTo(set.updatedAt());
        assertThat(set.tags()).containsExactly(tag);
        assertThat(set.hasLoadBalancers()).isTrue();
        runAll();
        assertThat(describe().taskSets().getFirst().stabilityStatus())
                .isEqualTo(StabilityStatus.STEADY_STATE);
        assertThat(describe().runningCount()).isEqualTo(2);
        Task task =
                ecs.describeTasks(
                                r ->
                                        r.cluster("demo")
                                                .tasks(
                                                        ecs.listTasks(l -> l.cluster("demo"))
                                                                .taskArns()))
                        .tasks()
                        .getFirst();
        assertThat(task.startedBy()).isEqualTo(set.id());
        assertThat(task.group()).isEqualTo("service:web");
    }

    @Test
    void withoutScaleASetBeginsWithNothing() {
        TaskSet set = create(r -> r.scale((software.amazon.awssdk.services.ecs.model.Scale) null));
        assertThat(set.scale().value()).isZero();
        assertThat(set.computedDesiredCount()).isZero();
    }

    @Test
    void setsAreDescribedWithTagsAndFailures() {
        var tag = Tag.builder().key("k").value("v").build();
        TaskSet set = create(r -> r.tags(tag));
        String missing = "ecs-svc/1234567890123456789";
        var found =
                ecs.describeTaskSets(
                        r ->
                                r.cluster("demo")
                                        .service("web")
                                        .taskSets(set.id(), set.taskSetArn(), missing)
                                        .include(TaskSetField.TAGS));
        assertThat(found.taskSets()).hasSize(2).allMatch(each -> each.tags().contains(tag));
        assertThat(found.failures().getFirst().arn())
                .isEqualTo(Office.ARN + "task-set/demo/web/" + missing);
        assertThat(found.failures().getFirst().reason()).isEqualTo("MISSING");
        var all = ecs.describeTaskSets(r -> r.cluster("demo").service("web"));
        assertThat(all.taskSets()).hasSize(1).allMatch(each -> each.tags().isEmpty());
    }

    @Test
    void aSetIsScaledPromotedAndDeleted() {
        TaskSet blue = create(r -> {});
        TaskSet green = create(r -> r.scale(s -> s.value(100.0)));
        assertThat(lead(blue.id()).status()).isEqualTo("PRIMARY");
        assertThat(describe().taskDefinition()).endsWith("app:1");
        runAll();
        TaskSet scaled = scale(green.taskSetArn(), 25);
        assertThat(scaled.computedDesiredCount()).isEqualTo(1);
        assertThat(scaled.stabilityStatus()).isEqualTo(StabilityStatus.STABILIZING);
        runAll();
        lead(green.id());
        invalid("Primary TaskSet cannot be deleted", () -> delete(green.id(), true));
        invalid("while it is scaled above 0", () -> delete(blue.id(), false));
        TaskSet draining = delete(blue.id(), true);
        assertThat(draining.status()).isEqualTo("DRAINING");
        assertThat(draining.computedDesiredCount()).isZero();
        assertThat(draining.stabilityStatus()).isEqualTo(StabilityStatus.STABILIZING);
        runAll();
        assertThat(describe().taskSets())
                .extracting(TaskSet::id, TaskSet::status)
                .containsExactly(tuple(green.id(), "PRIMARY"));
    }

    @Test
    void whatIsNotThereIsTold() {
        String missing = "ecs-svc/1234567890123456789";
        refused(TaskSetNotFoundException.class, "task set", () -> scale(missing, 1));
        refused(TaskSetNotFoundException.class, "task set", () -> lead(missing));
        refused(TaskSetNotFoundException.class, "task set", () -> delete(missing, true));
        invalid("Task Set Identifier is invalid", () -> delete("x", true));
        invalid(
                "Unexpected resource type",
                () -> delete(Office.ARN + "task/demo/0123456789abcdef0123456789abcdef", true));
        invalid(
                "Identifier is for demo/other",
                () -> delete(Office.ARN + "task-set/demo/other/" + missing, true));
        refused(ClusterNotFoundException.class, "Cluster", () -> create(r -> r.cluster("x")));
        refused(ServiceNotFoundException.class, "Service", () -> create(r -> r.service("x")));
        refused(ClientException.class, "not found", () -> create(r -> r.taskDefinition("x")));
        refused(
                ServiceNotFoundException.class,
                "Service",
                () -> ecs.describeTaskSets(r -> r.cluster("demo").service("x")));
    }

    @Test
    void servicesThatEcsDeploysHaveNoSets() {
        ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("rolling")
                                .taskDefinition("app")
                                .desiredCount(0));
        String sentence =
                "Amazon ECS only supports task set management on services configured to use"
                        + " external deployment controllers.";
        invalid(sentence, () -> create(r -> r.service("rolling")));
        invalid(sentence, () -> ecs.describeTaskSets(r -> r.cluster("demo").service("rolling")));
        invalid(
                sentence,
                () ->
                        ecs.deleteTaskSet(
                                r -> r.cluster("demo").service("rolling").taskSet("ecs-svc/1")));
    }

    @Test
    void whatIsWrongOrNotActedOnIsRefusedByName() {
        invalid("'loadBalancers'", () -> create(r -> r.loadBalancers(l -> l.targetGroupArn("x"))));
        invalid(
                "'serviceRegistries'",
                () -> create(r -> r.serviceRegistries(s -> s.registryArn("x"))));
        invalid(
                "'networkConfiguration'",
                () ->
                        create(
                                r ->
                                        r.networkConfiguration(
                                                n -> n.awsvpcConfiguration(a -> a.subnets("s")))));
        invalid("scale", () -> create(r -> r.scale(s -> s.value(101.0))));
        invalid("scale", () -> create(r -> r.scale(s -> s.value(-1.0))));
        invalid("scale", () -> create(r -> r.scale(s -> s.unit("PERCENT"))));
        invalid(
                "not both",
                () ->
                        create(
                                r ->
                                        r.launchType("EC2")
                                                .capacityProviderStrategy(
                                                        c -> c.capacityProvider("FARGATE"))));
        invalid(
                "not associated with the cluster",
                () ->
                        create(
                                r ->
                                        r.capacityProviderStrategy(
                                                c -> c.capacityProvider("pool").weight(1))));
        invalid("FARGATE", () -> create(r -> r.launchType("FARGATE")));
        invalid("platform version", () -> create(r -> r.platformVersion("LATEST")));
        invalid("aws:", () -> create(r -> r.tags(t -> t.key("aws:x").value("y"))));
        invalid("clientToken", () -> create(r -> r.clientToken("x".repeat(37))));
    }

    @Test
    void setsOfFargateHaveAPlatform() {
        ecs.registerTaskDefinition(
                r ->
                        r.family("small")
                                .requiresCompatibilitiesWithStrings("FARGATE")
                                .networkMode("bridge")
                                .cpu("256")
                                .memory("512")
                                .containerDefinitions(Office.container("main").build()));
        TaskSet set = create(r -> r.taskDefinition("small").launchType("FARGATE"));
        assertThat(set.platformVersion()).isEqualTo("1.4.0");
        assertThat(set.platformFamily()).isEqualTo("Linux");
        refused(
                PlatformUnknownException.class,
                "platform",
                () ->
                        create(
                                r ->
                                        r.taskDefinition("small")
                                                .launchType("FARGATE")
                                                .platformVersion("0.1")));
        invalid(
                "Placement constraints are not supported with FARGATE",
                () -> update(r -> r.placementConstraints(p -> p.type("distinctInstance"))));
        assertThat(lead(set.id()).launchTypeAsString()).isEqualTo("FARGATE");
        assertThat(describe().launchTypeAsString()).isEqualTo("FARGATE");
        assertThat(describe().platformVersion()).isNotNull();
    }

    @Test
    void aTokenMakesOneSet() {
        TaskSet first = create(r -> r.clientToken("t"));
        assertThat(create(r -> r.clientToken("t")).id()).isEqualTo(first.id());
        invalid("idempotent", () -> create(r -> r.clientToken("t").externalId("other")));
        assertThat(create(r -> {}).id()).isNotEqualTo(first.id());
    }

    @Test
    void fiveSetsAreTheMost() {
        for (int i = 0; i < 5; i++) {
            create(r -> {});
        }
        invalid("5 deployments exist on the service.", () -> create(r -> {}));
    }

    @Test
    void aServiceSaysNothingThatItsSetsSay() {
        invalid("TaskDefinition must be blank", () -> other(r -> r.taskDefinition("app")));
        invalid("Family should not be null or empty", () -> other(r -> r.taskDefinition("")));
        invalid("LaunchType must be null", () -> other(r -> r.launchType("EC2")));
        invalid("PlatformVersion must be null", () -> other(r -> r.platformVersion("LATEST")));
        invalid(
                "NetworkConfiguration must be null",
                () ->
                        other(
                                r ->
                                        r.networkConfiguration(
                                                n -> n.awsvpcConfiguration(a -> a.subnets("s")))));
        invalid(
                "LoadBalancers must be null",
                () -> other(r -> r.loadBalancers(l -> l.targetGroupArn("x"))));
        invalid(
                "CapacityProviderStrategy must be null",
                () -> other(r -> r.capacityProviderStrategy(c -> c.capacityProvider("FARGATE"))));
        invalid("DAEMON", () -> other(r -> r.schedulingStrategy("DAEMON")));
        invalid(
                "Service Connect",
                () -> other(r -> r.serviceConnectConfiguration(s -> s.enabled(true))));
        invalid(
                "Deployment circuit breaker feature is only supported with ECS deployment"
                        + " controller.",
                () ->
                        other(
                                r ->
                                        r.deploymentConfiguration(
                                                d ->
                                                        d.deploymentCircuitBreaker(
                                                                b ->
                                                                        b.enable(true)
                                                                                .rollback(true)))));
        invalid(
                "custom deploymentConfiguration.maximumPercent",
                () -> other(r -> r.deploymentConfiguration(d -> d.maximumPercent(150))));
        invalid(
                "BLUE_GREEN",
                () -> other(r -> r.deploymentConfiguration(d -> d.strategy("BLUE_GREEN"))));
        invalid(
                "bakeTimeInMinutes",
                () -> other(r -> r.deploymentConfiguration(d -> d.bakeTimeInMinutes(5))));
    }

    private void other(Consumer<CreateServiceRequest.Builder> change) {
        service(
                r -> {
                    r.serviceName("other");
                    change.accept(r);
                });
    }

    @Test
    void onlyWhatIsNoSetsMatterIsUpdated() {
        TaskSet set = create(r -> {});
        Service changed =
                update(
                        r ->
                                r.desiredCount(10)
                                        .healthCheckGracePeriodSeconds(7)
                                        .enableECSManagedTags(true)
                                        .propagateTags("SERVICE")
                                        .availabilityZoneRebalancing("DISABLED")
                                        .placementStrategy(p -> p.type("random"))
                                        .forceNewDeployment(false));
        assertThat(changed.desiredCount()).isEqualTo(10);
        assertThat(changed.healthCheckGracePeriodSeconds()).isEqualTo(7);
        assertThat(changed.taskSets().getFirst().id()).isEqualTo(set.id());
        assertThat(changed.taskSets().getFirst().computedDesiredCount()).isEqualTo(5);
        assertThat(changed.events().getFirst().message())
                .isEqualTo(
                        "(service web) updated computedDesiredCount for taskSet "
                                + set.id()
                                + " to 5.");
        invalid("Unable to update taskDefinition", () -> update(r -> r.taskDefinition("app")));
        invalid("forceNewDeployment", () -> update(r -> r.forceNewDeployment(true)));
        invalid("platformVersion", () -> update(r -> r.platformVersion("LATEST")));
        invalid(
                "deploymentConfiguration",
                () -> update(r -> r.deploymentConfiguration(d -> d.maximumPercent(150))));
        invalid(
                "capacityProviderStrategy",
                () -> update(r -> r.capacityProviderStrategy(c -> c.capacityProvider("FARGATE"))));
    }

    @Test
    void aServiceIsDeletedWithItsSets() {
        TaskSet set = create(r -> {});
        runAll();
        update(r -> r.desiredCount(0));
        runAll();
        invalid(
                "The service cannot be stopped while deployments are active.",
                () -> ecs.deleteService(r -> r.cluster("demo").service("web")));
        update(r -> r.desiredCount(1));
        runAll();
        Service draining =
                ecs.deleteService(r -> r.cluster("demo").service("web").force(true)).service();
        assertThat(draining.status()).isEqualTo("DRAINING");
        assertThat(draining.taskSets().getFirst().status()).isEqualTo("DRAINING");
        refused(ServiceNotActiveException.class, "ACTIVE", () -> create(r -> {}));
        refused(ServiceNotActiveException.class, "ACTIVE", () -> scale(set.id(), 1));
        assertThat(ecs.describeTaskSets(r -> r.cluster("demo").service("web")).taskSets())
                .hasSize(1);
        runAll();
        assertThat(describe().status()).isEqualTo("INACTIVE");
        assertThat(describe().taskSets()).isEmpty();
        refused(
                ServiceNotActiveException.class,
                "ACTIVE",
                () -> ecs.describeTaskSets(r -> r.cluster("demo").service("web")));
    }

    @Test
    void aServiceChangesHandsAndIsShownAccordingly() {
        TaskSet set = create(r -> r.scale(s -> s.value(100.0)));
        invalid(
                "requires a primary taskset",
                () -> update(r -> r.deploymentController(d -> d.type("ECS"))));
        lead(set.id());
        runAll();
        Service rolling =
                update(
                        r ->
                                r.deploymentController(d -> d.type("ECS"))
                                        .deploymentConfiguration(
                                                d ->
                                                        d.deploymentCircuitBreaker(
                                                                b ->
                                                                        b.enable(true)
                                                                                .rollback(true))));
        assertThat(rolling.deploymentController()).isNull();
        assertThat(rolling.hasTaskSets()).isFalse();
        assertThat(rolling.deployments()).hasSize(2);
        assertThat(rolling.deployments().getLast().id()).isEqualTo(set.id());
        assertThat(rolling.taskDefinition()).endsWith("app:1");
        invalid(
                "ongoing service deployment",
                () -> {
                    update(
                            r ->
                                    r.deploymentConfiguration(
                                            d ->
                                                    d.deploymentCircuitBreaker(
                                                            b -> b.enable(false).rollback(false))));
                    update(r -> r.deploymentController(d -> d.type("EXTERNAL")).desiredCount(4));
                });
    }

    @Test
    void handingOverNeedsAServiceThatRollsPlainly() {
        ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("plain")
                                .taskDefinition("app")
                                .desiredCount(0)
                                .deploymentConfiguration(
                                        d ->
                                                d.deploymentCircuitBreaker(
                                                        b -> b.enable(true).rollback(true))));
        pass();
        invalid(
                "Deployment circuit breaker feature",
                () ->
                        update(
                                r ->
                                        r.service("plain")
                                                .deploymentController(d -> d.type("EXTERNAL"))));
        update(
                r ->
                        r.service("plain")
                                .deploymentConfiguration(
                                        d ->
                                                d.deploymentCircuitBreaker(
                                                        b -> b.enable(false).rollback(false))));
        office.reconcile(new ServiceKey("demo", "plain"));
        pass();
        Service handed =
                update(r -> r.service("plain").deploymentController(d -> d.type("EXTERNAL")));
        assertThat(handed.deploymentController().type())
                .isEqualTo(DeploymentControllerType.EXTERNAL);
        assertThat(handed.taskSets()).hasSize(1).allMatch(each -> each.status().equals("ACTIVE"));
        assertThat(handed.deployments()).isEmpty();
        assertThat(handed.taskDefinition()).isNull();
        assertThat(handed.taskSets().getFirst().taskDefinition()).endsWith("app:1");
    }

    @Test
    void earlySuccessIsCheckedAndShown() {
        var criteria =
                ecs.createService(
                                r ->
                                        r.cluster("demo")
                                                .serviceName("early")
                                                .taskDefinition("app")
                                                .desiredCount(0)
                                                .deploymentConfiguration(
                                                        d ->
                                                                d.minimumHealthyPercent(50)
                                                                        .earlySuccessCriteria(
                                                                                e ->
                                                                                        e.enable(
                                                                                                        true)
                                                                                                .healthyPercent(
                                                                                                        80)
                                                                                                .sourceServiceRevisionCleanup(
                                                                                                        "DEFERRED"))))
                        .service()
                        .deploymentConfiguration()
                        .earlySuccessCriteria();
        assertThat(criteria.healthyPercent()).isEqualTo(80);
        assertThat(criteria.sourceServiceRevisionCleanupAsString()).isEqualTo("DEFERRED");
        early("healthyPercent must not be below", 40, "DEFERRED");
        early("healthyPercent must be between", 101, "DEFERRED");
        early("sourceServiceRevisionCleanup can not be null", 80, null);
        early("healthyPercent can not be null", null, "DEFERRED");
        invalid(
                "earlySuccessCriteria can not be used with the deployment strategy BLUE_GREEN",
                () ->
                        update(
                                r ->
                                        r.service("early")
                                                .deploymentConfiguration(
                                                        d ->
                                                                d.strategy("BLUE_GREEN")
                                                                        .bakeTimeInMinutes(1)
                                                                        .earlySuccessCriteria(
                                                                                e ->
                                                                                        e.enable(
                                                                                                true)))));
    }

    private void early(String part, @Nullable Integer percent, @Nullable String cleanup) {
        invalid(
                part,
                () ->
                        update(
                                r ->
                                        r.service("early")
                                                .deploymentConfiguration(
                                                        d ->
                                                                d.earlySuccessCriteria(
                                                                        e ->
                                                                                e.enable(true)
                                                                                        .healthyPercent(
                                                                                                percent)
                                                                                        .sourceServiceRevisionCleanup(
                                                                                                cleanup)))));
    }

    @Test
    void listsKnowServicesOfSets() {
        assertThat(ecs.listServices(r -> r.cluster("demo")).serviceArns()).hasSize(1);
        assertThat(
                        ecs.listServiceDeployments(r -> r.cluster("demo").service("web"))
                                .serviceDeployments())
                .isEmpty();
        assertThat(List.of(describe())).allMatch(each -> each.events().isEmpty());
    }
}
