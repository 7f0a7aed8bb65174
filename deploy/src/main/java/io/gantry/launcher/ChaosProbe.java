package io.gantry.launcher;

import io.gantry.launcher.Installation.EngineKind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.CreateClusterResponse;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.CreateServiceResponse;
import software.amazon.awssdk.services.ecs.model.DeleteClusterRequest;
import software.amazon.awssdk.services.ecs.model.DeleteClusterResponse;
import software.amazon.awssdk.services.ecs.model.DeleteServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeleteServiceResponse;
import software.amazon.awssdk.services.ecs.model.DeregisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DeregisterTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.EcsRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionsResponse;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.Service;

/**
 * What chaos has of its own in the installation: a cluster that the load makes again and again, and
 * a service of a few idle tasks if there is no other service to watch.
 */
final class ChaosProbe {
    static final String NAME = "chaos-probe";
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int MIN_TASKS = 2;
    private static final int MAX_TASKS = 4;
    private static final int READS = 3;

    private final Session session;
    private final ApiClient api;
    private final FaultJournal journal;

    ChaosProbe(Session session) {
        this.session = session;
        api = session.api();
        journal = new FaultJournal(session.installation().layout());
    }

    /** Makes it; returns what the service is called if one had to be made. */
    @Nullable String create() {
        journal.noteProbe();
        api.call(
                CreateClusterRequest.builder().clusterName(NAME).build(),
                CreateClusterResponse.class);
        boolean isIdle =
                new ClusterReader(api)
                        .services(Sample.CLUSTER).stream().noneMatch(ChaosProbe::isAlive);
        if (!isIdle || session.installation().workers() == 0) {
            return null;
        }
        deploy();
        return NAME;
    }

    private static boolean isAlive(Service service) {
        return "ACTIVE".equals(service.status()) && service.desiredCount() > 0;
    }

    private void deploy() {
        var definition =
                RegisterTaskDefinitionRequest.builder()
                        .family(NAME)
                        .networkMode(NetworkMode.HOST)
                        .containerDefinitions(container())
                        .build();
        String arn =
                api.call(definition, RegisterTaskDefinitionResponse.class)
                        .taskDefinition()
                        .taskDefinitionArn();
        int tasks = Math.clamp(2L * session.installation().workers(), MIN_TASKS, MAX_TASKS);
        var service =
                CreateServiceRequest.builder()
                        .cluster(Sample.CLUSTER)
                        .serviceName(NAME)
                        .taskDefinition(arn)
                        .desiredCount(tasks)
                        .build();
        api.call(service, CreateServiceResponse.class);
        Boolean isSteady = Patience.await(LIMIT, () -> isSteady() ? true : null);
        if (isSteady == null) {
            throw new Failure(
                    "The tasks of the service %s do not start; see \"gantry tasks\"."
                            .formatted(NAME));
        }
    }

    private boolean isSteady() {
        Service service = new ClusterReader(api).service(Sample.CLUSTER, NAME);
        return service != null && service.runningCount().equals(service.desiredCount());
    }

    private ContainerDefinition container() {
        var container =
                ContainerDefinition.builder().name("idle").essential(true).cpu(8).memory(16);
        if (session.installation().engine() == EngineKind.PROCESS) {
            return container.image("host").command("sleep", "1000000").build();
        }
        try (ContainerEngine engine = ContainerEngine.open()) {
            if (engine == null) {
                throw new Failure(
                        "This installation runs containers, but neither Docker nor Podman answers.");
            }
            if (!SampleImage.build(engine)) {
                throw new Failure(SampleImage.NO_BUSYBOX);
            }
        }
        return container
                .image(SampleImage.NAME)
                .command("/bin/busybox", "sleep", "1000000")
                .build();
    }

    /** Goes through the log of the nodes, and leaves nothing behind however often it is sent. */
    EcsRequest write() {
        return CreateClusterRequest.builder().clusterName(NAME).build();
    }

    EcsRequest read(int turn) {
        return switch (turn / 2 % READS) {
            case 0 -> ListTasksRequest.builder().cluster(Sample.CLUSTER).build();
            case 1 -> DescribeClustersRequest.builder().clusters(NAME).build();
            default ->
                    DescribeServicesRequest.builder()
                            .cluster(Sample.CLUSTER)
                            .services(NAME)
                            .build();
        };
    }

    /** Removes what is there of it. */
    void remove() {
        Service service = new ClusterReader(api).service(Sample.CLUSTER, NAME);
        if (service != null && !"INACTIVE".equals(service.status())) {
            api.call(
                    DeleteServiceRequest.builder()
                            .cluster(Sample.CLUSTER)
                            .service(NAME)
                            .force(true)
                            .build(),
                    DeleteServiceResponse.class);
        }
        for (String definition : definitions()) {
            api.call(
                    DeregisterTaskDefinitionRequest.builder().taskDefinition(definition).build(),
                    DeregisterTaskDefinitionResponse.class);
        }
        try {
            api.call(
                    DeleteClusterRequest.builder().cluster(NAME).build(),
                    DeleteClusterResponse.class);
        } catch (ApiClient.RefusedException refused) {
            if (!refused.code().equals("ClusterNotFoundException")) {
                throw refused;
            }
        }
        journal.forgetProbe();
    }

    private List<String> definitions() {
        return api
                .call(
                        ListTaskDefinitionsRequest.builder().familyPrefix(NAME).build(),
                        ListTaskDefinitionsResponse.class)
                .taskDefinitionArns()
                .stream()
                .filter(arn -> StatusReport.shortName(arn).startsWith(NAME + ":"))
                .toList();
    }
}
