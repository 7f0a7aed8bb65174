package io.gantry.control.api;

import io.gantry.common.wire.Api;
import io.gantry.common.wire.Violations;
import java.util.List;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeleteClusterRequest;
import software.amazon.awssdk.services.ecs.model.DeleteServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeregisterContainerInstanceRequest;
import software.amazon.awssdk.services.ecs.model.DeregisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTasksRequest;
import software.amazon.awssdk.services.ecs.model.DiscoverPollEndpointRequest;
import software.amazon.awssdk.services.ecs.model.EcsRequest;
import software.amazon.awssdk.services.ecs.model.EcsResponse;
import software.amazon.awssdk.services.ecs.model.GetTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.ListClustersRequest;
import software.amazon.awssdk.services.ecs.model.ListContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.ListServicesRequest;
import software.amazon.awssdk.services.ecs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionFamiliesRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.StopTaskRequest;
import software.amazon.awssdk.services.ecs.model.SubmitAttachmentStateChangesRequest;
import software.amazon.awssdk.services.ecs.model.SubmitContainerStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.SubmitTaskStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionRequest;

/**
 * The operations of Amazon ECS that are served. Handlers block, so call them on virtual threads.
 */
public final class EcsApi {
    private final Clusters clusters;
    private final TaskDefinitions definitions;
    private final Tasks tasks;
    private final TaskProtection protection;
    private final ContainerInstances instances;
    private final Services services;
    private final Agents agents;
    private final TagLookup tags;
    private final Api api =
            Api.json("ecs", "AmazonEC2ContainerServiceV20141113")
                    .violations(complaints -> ApiErrors.invalid(Violations.sentence(complaints)));

    public EcsApi(ApiContext context) {
        var quorum = new Quorum(context);
        this.clusters = new Clusters(quorum);
        this.definitions = new TaskDefinitions(quorum);
        this.tasks = new Tasks(context, quorum);
        this.protection = new TaskProtection(quorum);
        this.instances = new ContainerInstances(context, quorum);
        this.services = new Services(context, quorum);
        this.agents = new Agents(context, quorum);
        this.tags = new TagLookup(quorum);
        serveClusters();
        serveTasks();
        serveServices();
        serveAgents();
        leaveToHandlers();
    }

    /** What a dispatcher needs. */
    public Api api() {
        return api;
    }

    private <Q extends EcsRequest & SdkPojo, A extends EcsResponse & SdkPojo> void on(
            Class<Q> type, Function<Q, A> handler) {
        api.on(type, (_, request) -> handler.apply(request));
    }

    private void serveClusters() {
        on(CreateClusterRequest.class, clusters::create);
        on(DeleteClusterRequest.class, clusters::delete);
        on(DescribeClustersRequest.class, clusters::describe);
        on(ListClustersRequest.class, clusters::list);
        on(ListTagsForResourceRequest.class, tags::list);
    }

    private void serveTasks() {
        on(RegisterTaskDefinitionRequest.class, definitions::register);
        on(DeregisterTaskDefinitionRequest.class, definitions::deregister);
        on(DescribeTaskDefinitionRequest.class, definitions::describe);
        on(ListTaskDefinitionsRequest.class, definitions::list);
        on(ListTaskDefinitionFamiliesRequest.class, definitions::families);
        on(RunTaskRequest.class, tasks::run);
        on(StopTaskRequest.class, tasks::stop);
        on(DescribeTasksRequest.class, tasks::describe);
        on(ListTasksRequest.class, tasks::list);
        on(GetTaskProtectionRequest.class, protection::read);
        on(UpdateTaskProtectionRequest.class, protection::update);
    }

    private void serveServices() {
        on(CreateServiceRequest.class, services::create);
        on(UpdateServiceRequest.class, services::update);
        on(DeleteServiceRequest.class, services::delete);
        on(DescribeServicesRequest.class, services::describe);
        on(ListServicesRequest.class, services::list);
    }

    private void serveAgents() {
        api.on(
                AgentModel.RegisterContainerInstanceRequest.class,
                (_, request) -> instances.register(request));
        on(DeregisterContainerInstanceRequest.class, instances::deregister);
        on(DescribeContainerInstancesRequest.class, instances::describe);
        on(ListContainerInstancesRequest.class, instances::list);
        on(UpdateContainerInstancesStateRequest.class, instances::updateState);
        on(DiscoverPollEndpointRequest.class, agents::discover);
        on(SubmitTaskStateChangeRequest.class, agents::task);
        on(SubmitContainerStateChangeRequest.class, agents::container);
        on(SubmitAttachmentStateChangesRequest.class, agents::attachments);
    }

    /** ECS has words of its own for some mistakes in these, and agents cope with no refusal. */
    private void leaveToHandlers() {
        List<Class<? extends SdkPojo>> types =
                List.of(
                        RegisterTaskDefinitionRequest.class,
                        RunTaskRequest.class,
                        CreateServiceRequest.class,
                        DescribeTasksRequest.class,
                        DescribeServicesRequest.class,
                        DescribeContainerInstancesRequest.class,
                        UpdateContainerInstancesStateRequest.class,
                        AgentModel.RegisterContainerInstanceRequest.class,
                        SubmitTaskStateChangeRequest.class,
                        SubmitContainerStateChangeRequest.class,
                        SubmitAttachmentStateChangesRequest.class);
        types.forEach(api::unvalidated);
    }
}
