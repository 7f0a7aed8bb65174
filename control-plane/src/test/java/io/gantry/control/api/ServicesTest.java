package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceField;
import software.amazon.awssdk.services.ecs.model.ServiceNotActiveException;
import software.amazon.awssdk.services.ecs.model.ServiceNotFoundException;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ServicesTest {
    private static final ServiceKey WEB = new ServiceKey("demo", "web");

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void register() {
        office.definition("web");
    }

    private Service create(Consumer<CreateServiceRequest.Builder> change) {
        CreateServiceRequest.Builder request =
                CreateServiceRequest.builder()
                        .cluster("demo")
                        .serviceName("web")
                        .taskDefinition("web")
                        .desiredCount(2);
        change.accept(request);
        return ecs.createService(request.build()).service();
    }

    private Service update(Consumer<UpdateServiceRequest.Builder> change) {
        UpdateServiceRequest.Builder request =
                UpdateServiceRequest.builder().cluster("demo").service("web");
        change.accept(request);
        return ecs.updateService(request.build()).service();
    }

    private void refused(
            Class<? extends EcsException> type,
            String part,
            Consumer<CreateServiceRequest.Builder> change) {
        assertThatThrownBy(() -> create(change)).isInstanceOf(type).hasMessageContaining(part);
    }

    private void refused(String part, Consumer<CreateServiceRequest.Builder> change) {
        refused(InvalidParameterException.class, part, change);
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
        office.time.advance(Duration.ofSeconds(41));
        office.submit(new Command.Tick());
    }

    @Test
    void aNewServiceShowsItsEffectiveConfiguration() {
        Service service = create(r -> {});
        assertThat(service.serviceArn()).isEqualTo(Office.ARN + "service/demo/web");
        assertThat(service.clusterArn()).isEqualTo(Office.ARN + "cluster/demo");
        assertThat(service.status()).isEqualTo("ACTIVE");
        assertThat(service.desiredCount()).isEqualTo(2);
        assertThat(service.launchTypeAsString()).isEqualTo("EC2");
        assertThat(service.taskDefinition()).isEqualTo(Office.ARN + "task-definition/web:1");
        assertThat(service.deploymentConfiguration().maximumPercent()).isEqualTo(200);
        assertThat(service.deploymentConfiguration().minimumHealthyPercent()).isEqualTo(100);
        assertThat(service.deploymentConfiguration().deploymentCircuitBreaker().enable()).isFalse();
        assertThat(service.schedulingStrategyAsString()).isEqualTo("REPLICA");
        assertThat(service.propagateTags()).isEqualTo(PropagateTags.NONE);
        assertThat(service.enableECSManagedTags()).isFalse();
        assertThat(service.enableExecuteCommand()).isFalse();
        assertThat(service.availabilityZoneRebalancing())
                .isEqualTo(AvailabilityZoneRebalancing.ENABLED);
        assertThat(service.deploymentController()).isNull();
        assertThat(service.createdBy()).isEqualTo("arn:aws:iam::" + Office.ACCOUNT + ":root");
        assertThat(service.hasLoadBalancers()).isTrue();
        assertThat(service.hasServiceRegistries()).isTrue();
        assertThat(service.hasPlacementConstraints()).isTrue();
        assertThat(service.hasEvents()).isTrue();
        var deployment = service.deployments().getFirst();
        assertThat(deployment.status()).isEqualTo("PRIMARY");
        assertThat(deployment.id()).matches("ecs-svc/[0-9]{19}");
        assertThat(deployment.rolloutStateAsString()).isEqualTo("IN_PROGRESS");
        assertThat(deployment.rolloutStateReason())
                .isEqualTo("ECS deployment " + deployment.id() + " in progress.");
    }

    @Test
    void aRollOutShowsBothDeploymentsUntilTheOldOneIsGone() {
        office.worker("demo");
        create(r -> {});
        runAll();
        Service steady = describe();
        assertThat(steady.runningCount()).isEqualTo(2);
        assertThat(steady.deployments().getFirst().rolloutStateAsString()).isEqualTo("COMPLETED");
        assertThat(steady.events().getFirst().message())
                .isEqualTo("(service web) has reached a steady state.");
        office.definition("web");
        Service updated = update(r -> r.taskDefinition("web"));
        assertThat(updated.taskDefinition()).endsWith("web:2");
        assertThat(updated.deployments())
                .extracting(d -> d.status())
                .containsExactly("PRIMARY", "ACTIVE");
        for (int i = 0; i < 4; i++) {
            runAll();
        }
        Service done = describe();
        assertThat(done.deployments()).hasSize(1);
        assertThat(done.runningCount()).isEqualTo(2);
        assertThat(done.deployments().getFirst().taskDefinition()).endsWith("web:2");
    }

    @Test
    void tasksAreListedByServiceAndMachine() {
        String here = office.worker("demo");
        create(r -> {});
        office.reconcile(WEB);
        String there = office.worker("demo");
        ecs.runTask(r -> r.cluster("demo").taskDefinition("web"));
        var ofService =
                ecs
                        .listTasksPaginator(r -> r.cluster("demo").serviceName("web").maxResults(1))
                        .taskArns()
                        .stream()
                        .toList();
        assertThat(ofService).hasSize(2).doesNotHaveDuplicates();
        assertThat(
                        ecs.listTasks(
                                        r ->
                                                r.cluster("demo")
                                                        .serviceName("web")
                                                        .containerInstance(here))
                                .taskArns())
                .containsExactlyElementsOf(ofService);
        assertThat(
                        ecs.listTasks(
                                        r ->
                                                r.cluster("demo")
                                                        .serviceName("web")
                                                        .containerInstance(there))
                                .taskArns())
                .isEmpty();
    }

    @Test
    void onlySomeChangesStartADeployment() {
        String first = create(r -> {}).deployments().getFirst().id();
        assertThat(update(r -> r.desiredCount(3)).deployments().getFirst().id()).isEqualTo(first);
        assertThat(describe().deployments().getFirst().desiredCount()).isEqualTo(3);
        assertThat(update(r -> r.taskDefinition("web:1")).deployments().getFirst().id())
                .isEqualTo(first);
        assertThat(
                        update(r -> r.deploymentConfiguration(d -> d.maximumPercent(150)))
                                .deployments()
                                .getFirst()
                                .id())
                .isEqualTo(first);
        assertThat(update(r -> r.forceNewDeployment(true)).deployments().getFirst().id())
                .isNotEqualTo(first);
    }

    @Test
    void whatAnUpdateLeavesOutStaysAndEmptyListsClear() {
        create(
                r ->
                        r.placementStrategy(p -> p.type("spread").field("instanceId"))
                                .deploymentConfiguration(d -> d.minimumHealthyPercent(50))
                                .propagateTags(PropagateTags.SERVICE));
        Service changed = update(r -> r.deploymentConfiguration(d -> d.maximumPercent(150)));
        assertThat(changed.deploymentConfiguration().minimumHealthyPercent()).isEqualTo(50);
        assertThat(changed.deploymentConfiguration().maximumPercent()).isEqualTo(150);
        assertThat(changed.placementStrategy()).hasSize(1);
        assertThat(changed.propagateTags()).isEqualTo(PropagateTags.SERVICE);
        assertThat(update(r -> r.placementStrategy(List.of())).placementStrategy()).isEmpty();
    }

    @Test
    void anUpdateSurvivesOthersThatComeBetween() {
        office.worker("demo");
        create(r -> {});
        var before = Check.present(office.log.state().services().get(WEB), WEB);
        office.log.squeezeIn(
                new Command.UpdateService(
                        WEB,
                        before.version(),
                        before.spec(),
                        7,
                        before.primary().taskDefinition(),
                        0));
        Service updated = update(r -> r.propagateTags(PropagateTags.SERVICE));
        assertThat(updated.desiredCount()).isEqualTo(7);
        assertThat(updated.propagateTags()).isEqualTo(PropagateTags.SERVICE);
    }

    @Test
    void creatingTwiceNeedsTheSameToken() {
        create(r -> r.clientToken("a"));
        assertThat(create(r -> r.clientToken("a")).serviceName()).isEqualTo("web");
        refused("Creation of service was not idempotent.", r -> r.clientToken("a").desiredCount(9));
        refused("Creation of service was not idempotent.", r -> {});
    }

    @Test
    void aServiceIsDeletedByDraining() {
        office.worker("demo");
        create(r -> {});
        runAll();
        assertThatThrownBy(() -> ecs.deleteService(r -> r.cluster("demo").service("web")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("The service cannot be stopped while it is scaled above 0.");
        Service draining =
                ecs.deleteService(r -> r.cluster("demo").service("web").force(true)).service();
        assertThat(draining.status()).isEqualTo("DRAINING");
        assertThat(ecs.listServices(r -> r.cluster("demo")).serviceArns()).isEmpty();
        refused("Unable to Start a service that is still Draining.", r -> {});
        assertThatThrownBy(() -> update(r -> r.desiredCount(1)))
                .isInstanceOf(ServiceNotActiveException.class);
        runAll();
        Service gone = describe();
        assertThat(gone.status()).isEqualTo("INACTIVE");
        assertThat(gone.deployments()).isEmpty();
        assertThat(gone.taskDefinition()).endsWith("web:1");
        assertThat(create(r -> r.desiredCount(0)).status()).isEqualTo("ACTIVE");
    }

    @Test
    void unknownServicesAreTold() {
        assertThatThrownBy(() -> update(r -> r.desiredCount(1)))
                .isInstanceOf(ServiceNotFoundException.class)
                .hasMessageContaining("Service not found.");
        assertThatThrownBy(() -> ecs.deleteService(r -> r.cluster("demo").service("web")))
                .isInstanceOf(ServiceNotFoundException.class);
        var failure =
                ecs.describeServices(r -> r.cluster("demo").services("web")).failures().getFirst();
        assertThat(failure.arn()).isEqualTo(Office.ARN + "service/demo/web");
        assertThat(failure.reason()).isEqualTo("MISSING");
        assertThatThrownBy(() -> ecs.describeServices(r -> r.cluster("demo")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Services cannot be empty.");
    }

    @Test
    void mistakesAreToldInTheWordsOfEcs() {
        refused(
                ClientException.class,
                "launch type should be one of [EC2,FARGATE,EXTERNAL]",
                r -> r.launchType("EC3"));
        refused(ClientException.class, "TaskDefinition not found.", r -> r.taskDefinition("x"));
        refused("Service name can not be blank", r -> r.serviceName(null));
        refused("TaskDefinition can not be blank", r -> r.taskDefinition(null));
        refused("Service names can have", r -> r.serviceName("a/b"));
        refused("desiredCount", r -> r.desiredCount(null));
        refused("desiredCount", r -> r.desiredCount(-1));
        refused("desiredCount", r -> r.desiredCount(5001));
        refused(
                "minimumHealthyPercent",
                r -> r.deploymentConfiguration(d -> d.minimumHealthyPercent(201)));
    }

    @Test
    void whatIsNotActedOnIsRefusedByName() {
        refused("'loadBalancers'", r -> r.loadBalancers(l -> l.targetGroupArn("x")));
        refused("'serviceRegistries'", r -> r.serviceRegistries(s -> s.registryArn("x")));
        refused(
                "'serviceConnectConfiguration'",
                r -> r.serviceConnectConfiguration(s -> s.enabled(true)));
        refused(
                "'networkConfiguration'",
                r -> r.networkConfiguration(n -> n.awsvpcConfiguration(a -> a.subnets("s"))));
        refused(
                "'deploymentController' with value",
                r -> r.deploymentController(d -> d.type("CODE_DEPLOY")));
        refused(
                "alarms.enable'",
                r ->
                        r.deploymentConfiguration(
                                d -> d.alarms(a -> a.enable(true).rollback(true).alarmNames("x"))));
        refused("platform version must be null", r -> r.platformVersion("LATEST"));
        refused("'role'", r -> r.role("ecsServiceRole"));
        refused(
                "Invalid expression in 'placementConstraints': Expected a subject",
                r -> r.placementConstraints(p -> p.type("memberOf").expression("x")));
        assertThatThrownBy(() -> update(r -> r.loadBalancers(l -> l.targetGroupArn("x"))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("'loadBalancers'");
    }

    @Test
    void valuesThatAskForNothingAreWelcome() {
        Service service =
                create(
                        r ->
                                r.enableExecuteCommand(false)
                                        .healthCheckGracePeriodSeconds(0)
                                        .deploymentController(d -> d.type("ECS"))
                                        .loadBalancers(List.of())
                                        .deploymentConfiguration(
                                                d ->
                                                        d.strategy("ROLLING")
                                                                .bakeTimeInMinutes(0)
                                                                .deploymentCircuitBreaker(
                                                                        b ->
                                                                                b.enable(false)
                                                                                        .rollback(
                                                                                                true))
                                                                .alarms(
                                                                        a ->
                                                                                a.enable(false)
                                                                                        .rollback(
                                                                                                false)
                                                                                        .alarmNames(
                                                                                                List
                                                                                                        .of()))));
        assertThat(service.deploymentController()).isNull();
        assertThat(service.healthCheckGracePeriodSeconds()).isZero();
    }

    @Test
    void servicesAreListedTenAtATime() {
        for (int i = 0; i < 12; i++) {
            String name = "s" + (10 + i);
            create(r -> r.serviceName(name).desiredCount(0));
        }
        var first = ecs.listServices(r -> r.cluster("demo"));
        assertThat(first.serviceArns()).hasSize(10);
        assertThat(
                        ecs.listServices(r -> r.cluster("demo").nextToken(first.nextToken()))
                                .serviceArns())
                .hasSize(2);
        assertThat(ecs.listServices(r -> r.cluster("demo").launchType("EXTERNAL")).serviceArns())
                .isEmpty();
        assertThat(
                        ecs.listServices(r -> r.cluster("demo").schedulingStrategy("DAEMON"))
                                .serviceArns())
                .isEmpty();
        assertThat(
                        ecs.listServices(r -> r.cluster("demo").resourceManagementType("CUSTOMER"))
                                .serviceArns())
                .hasSize(10);
        assertThatThrownBy(
                        () ->
                                ecs.listServices(
                                        r ->
                                                r.cluster("demo")
                                                        .launchType("EC2")
                                                        .nextToken(first.nextToken())))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void tagsAreShownWhenIncluded() {
        var tag = Tag.builder().key("k").value("v").build();
        assertThat(create(r -> r.tags(tag)).tags()).containsExactly(tag);
        assertThat(describe().hasTags()).isFalse();
        assertThat(
                        ecs.describeServices(
                                        r ->
                                                r.cluster("demo")
                                                        .services(Office.ARN + "service/demo/web")
                                                        .include(ServiceField.TAGS))
                                .services()
                                .getFirst()
                                .tags())
                .containsExactly(tag);
    }
}
