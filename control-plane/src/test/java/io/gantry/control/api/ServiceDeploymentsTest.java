package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceDeployment;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentBrief;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentNotFoundException;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentStatus;
import software.amazon.awssdk.services.ecs.model.ServiceNotFoundException;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ServiceDeploymentsTest {
    private static final ServiceKey WEB = new ServiceKey("demo", "web");

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void service() {
        office.definition("web");
        office.worker("demo");
        ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("web")
                                .taskDefinition("web")
                                .desiredCount(2)
                                .enableExecuteCommand(true)
                                .deploymentConfiguration(
                                        d ->
                                                d.deploymentCircuitBreaker(
                                                        b -> b.enable(true).rollback(true))));
    }

    private Service describe() {
        return ecs.describeServices(r -> r.cluster("demo").services("web")).services().getFirst();
    }

    private ServiceDeployment deployment(String arn) {
        return ecs.describeServiceDeployments(r -> r.serviceDeploymentArns(arn))
                .serviceDeployments()
                .getFirst();
    }

    private List<ServiceDeploymentBrief> list() {
        return ecs.listServiceDeployments(r -> r.cluster("demo").service("web"))
                .serviceDeployments();
    }

    /** Agents do what they are told, until everything is as it should be. */
    private void settle() {
        for (int round = 0; round < 6; round++) {
            office.reconcile(WEB);
            for (String status : List.of("RUNNING", "STOPPED")) {
                ecs.listTasks(r -> r.cluster("demo").serviceName("web").desiredStatus(status))
                        .taskArns()
                        .forEach(task -> office.report(task, status));
            }
            pass(Duration.ofSeconds(41));
        }
    }

    private void pass(Duration time) {
        office.time.advance(time);
        office.submit(new Command.Tick());
    }

    private String update() {
        office.definition("web");
        ecs.updateService(r -> r.cluster("demo").service("web").taskDefinition("web"));
        return describe().currentServiceDeployment();
    }

    @Test
    void aServiceNamesTheDeploymentThatIsUnderWayAndItsRevisions() {
        Service begun = describe();
        String arn = begun.currentServiceDeployment();
        assertThat(arn).matches(Office.ARN + "service-deployment/demo/web/[A-Za-z0-9_-]{21}");
        String number = begun.deployments().getFirst().id().substring("ecs-svc/".length());
        var revision = begun.currentServiceRevisions().getFirst();
        assertThat(revision.arn()).isEqualTo(Office.ARN + "service-revision/demo/web/" + number);
        assertThat(revision.requestedTaskCount()).isEqualTo(2);

        ServiceDeployment pending = deployment(arn);
        assertThat(pending.status()).isEqualTo(ServiceDeploymentStatus.PENDING);
        assertThat(pending.serviceArn()).isEqualTo(begun.serviceArn());
        assertThat(pending.clusterArn()).isEqualTo(begun.clusterArn());
        assertThat(pending.startedAt()).isNull();
        assertThat(pending.deploymentCircuitBreaker().statusAsString()).isEqualTo("MONITORING");
        assertThat(pending.deploymentCircuitBreaker().threshold()).isEqualTo(3);
        assertThat(pending.deploymentConfiguration()).isEqualTo(begun.deploymentConfiguration());

        settle();
        ServiceDeployment done = deployment(arn);
        assertThat(done.status()).isEqualTo(ServiceDeploymentStatus.SUCCESSFUL);
        assertThat(done.finishedAt()).isAfter(done.startedAt());
        assertThat(done.targetServiceRevision().runningTaskCount()).isEqualTo(2);
        assertThat(done.deploymentCircuitBreaker().statusAsString())
                .isEqualTo("MONITORING_COMPLETE");
        assertThat(describe().currentServiceDeployment()).isNull();
        assertThat(describe().enableExecuteCommand()).isTrue();
        String task = ecs.listTasks(r -> r.cluster("demo")).taskArns().getFirst();
        assertThat(
                        ecs.describeTasks(r -> r.cluster("demo").tasks(task))
                                .tasks()
                                .getFirst()
                                .enableExecuteCommand())
                .isTrue();
    }

    @Test
    void revisionsTellWhatTheServiceWas() {
        String arn = describe().currentServiceRevisions().getFirst().arn();
        var found = ecs.describeServiceRevisions(r -> r.serviceRevisionArns(arn, arn + "0"));
        var revision = found.serviceRevisions().getFirst();
        assertThat(revision.taskDefinition()).isEqualTo(Office.ARN + "task-definition/web:1");
        assertThat(revision.launchTypeAsString()).isEqualTo("EC2");
        assertThat(revision.containerImages().getFirst().containerName()).isEqualTo("main");
        assertThat(revision.containerImages().getFirst().image()).isEqualTo("busybox:local");
        assertThat(found.failures().getFirst().reason()).isEqualTo("MISSING");
        assertThatThrownBy(() -> ecs.describeServiceRevisions(r -> r.serviceRevisionArns("x")))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void deploymentsAreListedNewestFirstByStatusTimeAndPage() {
        settle();
        String second = update();
        pass(Duration.ofSeconds(1));
        String third = update();
        assertThat(list()).hasSize(3);
        assertThat(list().getFirst().serviceDeploymentArn()).isEqualTo(third);
        assertThat(list().get(1).status()).isEqualTo(ServiceDeploymentStatus.STOPPED);
        assertThat(
                        ecs.listServiceDeployments(
                                        r ->
                                                r.cluster("demo")
                                                        .service("web")
                                                        .status(ServiceDeploymentStatus.STOPPED))
                                .serviceDeployments())
                .extracting(ServiceDeploymentBrief::serviceDeploymentArn)
                .containsExactly(second);
        Instant from = deployment(second).createdAt();
        assertThat(
                        ecs.listServiceDeployments(
                                        r ->
                                                r.cluster("demo")
                                                        .service("web")
                                                        .createdAt(c -> c.after(from)))
                                .serviceDeployments())
                .extracting(ServiceDeploymentBrief::serviceDeploymentArn)
                .containsExactly(third);
        var first = ecs.listServiceDeployments(r -> r.cluster("demo").service("web").maxResults(2));
        var rest =
                ecs.listServiceDeployments(
                        r ->
                                r.cluster("demo")
                                        .service("web")
                                        .maxResults(2)
                                        .nextToken(first.nextToken()));
        assertThat(first.serviceDeployments()).isEqualTo(list().subList(0, 2));
        assertThat(rest.serviceDeployments()).isEqualTo(list().subList(2, 3));
        assertThat(rest.nextToken()).isNull();
        assertThatThrownBy(() -> ecs.listServiceDeployments(r -> r.cluster("demo").service("none")))
                .isInstanceOf(ServiceNotFoundException.class);
    }

    @Test
    void aBadImageRollsBackByItself() {
        settle();
        String before = describe().taskDefinition();
        String arn = update();
        for (int round = 0; round < 10; round++) {
            office.reconcile(WEB);
            ecs.listTasks(r -> r.cluster("demo").serviceName("web"))
                    .taskArns()
                    .forEach(this::failIfNew);
            pass(Duration.ofSeconds(20));
        }
        settle();
        ServiceDeployment done = deployment(arn);
        assertThat(done.status()).isEqualTo(ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL);
        assertThat(done.rollback().reason())
                .isEqualTo(
                        "Service deployment rolled back because the circuit breaker threshold was"
                                + " exceeded.");
        assertThat(done.rollback().serviceRevisionArn())
                .isEqualTo(done.sourceServiceRevisions().getFirst().arn());
        assertThat(done.deploymentCircuitBreaker().statusAsString()).isEqualTo("TRIGGERED");
        assertThat(done.deploymentCircuitBreaker().failureCount()).isEqualTo(3);
        assertThat(describe().taskDefinition()).isEqualTo(before);
        assertThat(describe().runningCount()).isEqualTo(2);
    }

    private void failIfNew(String task) {
        var found = ecs.describeTasks(r -> r.cluster("demo").tasks(task)).tasks().getFirst();
        if (found.taskDefinitionArn().endsWith(":2")) {
            ecs.submitTaskStateChange(
                    r ->
                            r.cluster("demo")
                                    .task(task)
                                    .status("STOPPED")
                                    .reason("CannotPullContainerError: no such image"));
        } else {
            office.report(task, "RUNNING");
        }
    }

    @Test
    void stoppingNeedsADeploymentThatIsUnderWay() {
        settle();
        String arn = update();
        assertThat(ecs.stopServiceDeployment(r -> r.serviceDeploymentArn(arn)))
                .extracting(r -> r.serviceDeploymentArn())
                .isEqualTo(arn);
        assertThat(deployment(arn).status()).isEqualTo(ServiceDeploymentStatus.ROLLBACK_REQUESTED);
        assertThatThrownBy(() -> ecs.stopServiceDeployment(r -> r.serviceDeploymentArn(arn)))
                .isInstanceOf(ConflictException.class);
        settle();
        assertThat(deployment(arn).status()).isEqualTo(ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL);
        assertThat(deployment(arn).stoppedAt()).isNotNull();
        assertThatThrownBy(() -> ecs.stopServiceDeployment(r -> r.serviceDeploymentArn(arn + "x")))
                .isInstanceOf(ServiceDeploymentNotFoundException.class);
        assertThatThrownBy(
                        () ->
                                ecs.continueServiceDeployment(
                                        r -> r.serviceDeploymentArn(arn).hookId("none")))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void mistakesInTheConfigurationAreTold() {
        refused(
                "thresholdConfiguration.value must be between 1 and 100",
                "{'thresholdConfiguration':{'type':'BOUNDED_PERCENT','value':101}}");
        refused(
                "thresholdConfiguration.value must be between 1 and 5000",
                "{'thresholdConfiguration':{'type':'COUNT','value':0}}");
    }

    private void refused(String part, String breaker) {
        byte[] request =
                ("{'cluster':'demo','service':'web','deploymentConfiguration':"
                                + "{'deploymentCircuitBreaker':"
                                + breaker.replaceFirst("\\{", "{'enable':true,'rollback':true,")
                                + "}}")
                        .replace('\'', '"')
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(new String(office.send("UpdateService", request).body(), StandardCharsets.UTF_8))
                .contains("InvalidParameterException")
                .contains(part);
    }
}
