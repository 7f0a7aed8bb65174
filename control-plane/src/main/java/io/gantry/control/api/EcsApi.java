package io.gantry.control.api;

import io.gantry.common.wire.Api;
import io.gantry.common.wire.Violations;
import io.gantry.control.core.state.Token;
import java.util.List;
import java.util.function.BiFunction;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.ContinueServiceDeploymentRequest;
import software.amazon.awssdk.services.ecs.model.CreateCapacityProviderRequest;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.CreateDaemonRequest;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.CreateTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.DeleteAccountSettingRequest;
import software.amazon.awssdk.services.ecs.model.DeleteAttributesRequest;
import software.amazon.awssdk.services.ecs.model.DeleteCapacityProviderRequest;
import software.amazon.awssdk.services.ecs.model.DeleteClusterRequest;
import software.amazon.awssdk.services.ecs.model.DeleteDaemonRequest;
import software.amazon.awssdk.services.ecs.model.DeleteDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DeleteServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeleteTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.DeleteTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.DeregisterContainerInstanceRequest;
import software.amazon.awssdk.services.ecs.model.DeregisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeCapacityProvidersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonRevisionsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServiceDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServiceRevisionsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTaskSetsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTasksRequest;
import software.amazon.awssdk.services.ecs.model.DiscoverPollEndpointRequest;
import software.amazon.awssdk.services.ecs.model.GetTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.ListAccountSettingsRequest;
import software.amazon.awssdk.services.ecs.model.ListAttributesRequest;
import software.amazon.awssdk.services.ecs.model.ListClustersRequest;
import software.amazon.awssdk.services.ecs.model.ListContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.ListDaemonDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.ListDaemonTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.ListDaemonsRequest;
import software.amazon.awssdk.services.ecs.model.ListServiceDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.ListServicesByNamespaceRequest;
import software.amazon.awssdk.services.ecs.model.ListServicesRequest;
import software.amazon.awssdk.services.ecs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionFamiliesRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.PutAccountSettingDefaultRequest;
import software.amazon.awssdk.services.ecs.model.PutAccountSettingRequest;
import software.amazon.awssdk.services.ecs.model.PutAttributesRequest;
import software.amazon.awssdk.services.ecs.model.PutClusterCapacityProvidersRequest;
import software.amazon.awssdk.services.ecs.model.RegisterDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.StartTaskRequest;
import software.amazon.awssdk.services.ecs.model.StopServiceDeploymentRequest;
import software.amazon.awssdk.services.ecs.model.StopTaskRequest;
import software.amazon.awssdk.services.ecs.model.SubmitAttachmentStateChangesRequest;
import software.amazon.awssdk.services.ecs.model.SubmitContainerStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.SubmitTaskStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.TagResourceRequest;
import software.amazon.awssdk.services.ecs.model.UntagResourceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateCapacityProviderRequest;
import software.amazon.awssdk.services.ecs.model.UpdateClusterRequest;
import software.amazon.awssdk.services.ecs.model.UpdateClusterSettingsRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerAgentRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateRequest;
import software.amazon.awssdk.services.ecs.model.UpdateDaemonRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServicePrimaryTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskSetRequest;

/**
 * The operations of Amazon ECS that are served. Handlers block, so call them on virtual threads.
 */
public final class EcsApi {
    private final ApiContext context;
    private final Api api =
            Api.json("ecs", "AmazonEC2ContainerServiceV20141113")
                    .violations(complaints -> ApiErrors.invalid(Violations.sentence(complaints)));

    public EcsApi(ApiContext context) {
        this.context = context;
        serveClusters();
        serveCapacityProviders();
        serveTasks();
        serveServices();
        serveServiceDeployments();
        serveTaskSets();
        serveDaemons();
        serveAgents();
        serveTags();
        serveAccountSettings();
        leaveToHandlers();
    }

    /** What a dispatcher needs. */
    public Api api() {
        return api;
    }

    /** Serves what changes nothing. */
    private <Q extends SdkPojo> void reads(
            Class<Q> type, BiFunction<Quorum, Q, ? extends SdkPojo> handler) {
        api.on(type, (caller, request) -> handler.apply(Quorum.reading(context, caller), request));
    }

    /** Serves what is done once, however often a client sends the same call. */
    private <Q extends SdkPojo> void writes(
            Class<Q> type, BiFunction<Quorum, Q, ? extends SdkPojo> handler) {
        api.on(
                type,
                (caller, request) -> {
                    Token call = Tokens.ofCall(type.getSimpleName(), caller, request);
                    return handler.apply(Quorum.writing(context, call), request);
                });
    }

    private void serveClusters() {
        writes(
                CreateClusterRequest.class,
                (quorum, request) -> new Clusters(quorum).create(request));
        writes(
                DeleteClusterRequest.class,
                (quorum, request) -> new Clusters(quorum).delete(request));
        reads(
                DescribeClustersRequest.class,
                (quorum, request) -> new Clusters(quorum).describe(request));
        reads(ListClustersRequest.class, (quorum, request) -> new Clusters(quorum).list(request));
        writes(
                UpdateClusterRequest.class,
                (quorum, request) -> new Clusters(quorum).update(request));
        writes(
                UpdateClusterSettingsRequest.class,
                (quorum, request) -> new Clusters(quorum).updateSettings(request));
    }

    private void serveCapacityProviders() {
        writes(
                CreateCapacityProviderRequest.class,
                (quorum, request) -> new CapacityProviders(quorum).create(request));
        writes(
                UpdateCapacityProviderRequest.class,
                (quorum, request) -> new CapacityProviders(quorum).update(request));
        writes(
                DeleteCapacityProviderRequest.class,
                (quorum, request) -> new CapacityProviders(quorum).delete(request));
        reads(
                DescribeCapacityProvidersRequest.class,
                (quorum, request) -> new CapacityProviders(quorum).describe(request));
        writes(
                PutClusterCapacityProvidersRequest.class,
                (quorum, request) -> new CapacityProviders(quorum).put(request));
    }

    private void serveTasks() {
        writes(
                RegisterTaskDefinitionRequest.class,
                (quorum, request) -> new TaskDefinitions(quorum).register(request));
        writes(
                DeregisterTaskDefinitionRequest.class,
                (quorum, request) -> new TaskDefinitions(quorum).deregister(request));
        writes(
                DeleteTaskDefinitionsRequest.class,
                (quorum, request) -> new TaskDefinitions(quorum).delete(request));
        reads(
                DescribeTaskDefinitionRequest.class,
                (quorum, request) -> new TaskDefinitions(quorum).describe(request));
        reads(
                ListTaskDefinitionsRequest.class,
                (quorum, request) -> new TaskDefinitions(quorum).list(request));
        reads(
                ListTaskDefinitionFamiliesRequest.class,
                (quorum, request) -> new TaskDefinitions(quorum).families(request));
        writes(RunTaskRequest.class, (quorum, request) -> new Tasks(context, quorum).run(request));
        writes(
                StartTaskRequest.class,
                (quorum, request) -> new Tasks(context, quorum).start(request));
        writes(
                StopTaskRequest.class,
                (quorum, request) -> new Tasks(context, quorum).stop(request));
        reads(
                DescribeTasksRequest.class,
                (quorum, request) -> new Tasks(context, quorum).describe(request));
        reads(
                ListTasksRequest.class,
                (quorum, request) -> new Tasks(context, quorum).list(request));
        reads(
                GetTaskProtectionRequest.class,
                (quorum, request) -> new TaskProtection(quorum).read(request));
        writes(
                UpdateTaskProtectionRequest.class,
                (quorum, request) -> new TaskProtection(quorum).update(request));
    }

    private void serveServices() {
        writes(
                CreateServiceRequest.class,
                (quorum, request) -> new Services(context, quorum).create(request));
        writes(
                UpdateServiceRequest.class,
                (quorum, request) -> new Services(context, quorum).update(request));
        writes(
                DeleteServiceRequest.class,
                (quorum, request) -> new Services(context, quorum).delete(request));
        reads(
                DescribeServicesRequest.class,
                (quorum, request) -> new Services(context, quorum).describe(request));
        reads(
                ListServicesRequest.class,
                (quorum, request) -> new Services(context, quorum).list(request));
        reads(ListServicesByNamespaceRequest.class, (_, request) -> Namespaces.services(request));
    }

    private void serveServiceDeployments() {
        reads(
                ListServiceDeploymentsRequest.class,
                (quorum, request) -> new ServiceDeployments(quorum).list(request));
        reads(
                DescribeServiceDeploymentsRequest.class,
                (quorum, request) -> new ServiceDeployments(quorum).describe(request));
        reads(
                DescribeServiceRevisionsRequest.class,
                (quorum, request) -> new ServiceDeployments(quorum).revisions(request));
        writes(
                StopServiceDeploymentRequest.class,
                (quorum, request) -> new ServiceDeployments(quorum).stop(request));
        writes(
                ContinueServiceDeploymentRequest.class,
                (quorum, request) -> new ServiceDeployments(quorum).decide(request));
    }

    private void serveTaskSets() {
        writes(
                CreateTaskSetRequest.class,
                (quorum, request) -> new TaskSets(context, quorum).create(request));
        writes(
                UpdateTaskSetRequest.class,
                (quorum, request) -> new TaskSets(context, quorum).update(request));
        writes(
                UpdateServicePrimaryTaskSetRequest.class,
                (quorum, request) -> new TaskSets(context, quorum).lead(request));
        writes(
                DeleteTaskSetRequest.class,
                (quorum, request) -> new TaskSets(context, quorum).delete(request));
        reads(
                DescribeTaskSetsRequest.class,
                (quorum, request) -> new TaskSets(context, quorum).describe(request));
    }

    private void serveDaemons() {
        writes(
                RegisterDaemonTaskDefinitionRequest.class,
                (quorum, request) -> new DaemonTaskDefinitions(quorum).register(request));
        reads(
                DescribeDaemonTaskDefinitionRequest.class,
                (quorum, request) -> new DaemonTaskDefinitions(quorum).describe(request));
        reads(
                ListDaemonTaskDefinitionsRequest.class,
                (quorum, request) -> new DaemonTaskDefinitions(quorum).list(request));
        writes(
                DeleteDaemonTaskDefinitionRequest.class,
                (quorum, request) -> new DaemonTaskDefinitions(quorum).delete(request));
        writes(
                CreateDaemonRequest.class,
                (quorum, request) -> new Daemons(context, quorum).create(request));
        writes(
                UpdateDaemonRequest.class,
                (quorum, request) -> new Daemons(context, quorum).update(request));
        writes(
                DeleteDaemonRequest.class,
                (quorum, request) -> new Daemons(context, quorum).delete(request));
        reads(
                DescribeDaemonRequest.class,
                (quorum, request) -> new Daemons(context, quorum).describe(request));
        reads(
                ListDaemonsRequest.class,
                (quorum, request) -> new Daemons(context, quorum).list(request));
        reads(
                ListDaemonDeploymentsRequest.class,
                (quorum, request) -> new DaemonDeployments(quorum).list(request));
        reads(
                DescribeDaemonDeploymentsRequest.class,
                (quorum, request) -> new DaemonDeployments(quorum).describe(request));
        reads(
                DescribeDaemonRevisionsRequest.class,
                (quorum, request) -> new DaemonDeployments(quorum).revisions(request));
    }

    private void serveAgents() {
        writes(
                AgentModel.RegisterContainerInstanceRequest.class,
                (quorum, request) -> new ContainerInstances(context, quorum).register(request));
        writes(
                DeregisterContainerInstanceRequest.class,
                (quorum, request) -> new ContainerInstances(context, quorum).deregister(request));
        reads(
                DescribeContainerInstancesRequest.class,
                (quorum, request) -> new ContainerInstances(context, quorum).describe(request));
        reads(
                ListContainerInstancesRequest.class,
                (quorum, request) -> new ContainerInstances(context, quorum).list(request));
        writes(
                UpdateContainerInstancesStateRequest.class,
                (quorum, request) -> new ContainerInstances(context, quorum).updateState(request));
        reads(
                UpdateContainerAgentRequest.class,
                (quorum, request) -> new AgentUpdates(quorum).update(request));
        writes(
                PutAttributesRequest.class,
                (quorum, request) -> new Attributes(quorum).put(request));
        writes(
                DeleteAttributesRequest.class,
                (quorum, request) -> new Attributes(quorum).delete(request));
        reads(
                ListAttributesRequest.class,
                (quorum, request) -> new Attributes(quorum).list(request));
        reads(
                DiscoverPollEndpointRequest.class,
                (quorum, request) -> new Agents(context, quorum).discover(request));
        writes(
                SubmitTaskStateChangeRequest.class,
                (quorum, request) -> new Agents(context, quorum).task(request));
        writes(
                SubmitContainerStateChangeRequest.class,
                (quorum, request) -> new Agents(context, quorum).container(request));
        writes(
                SubmitAttachmentStateChangesRequest.class,
                (quorum, request) -> new Agents(context, quorum).attachments(request));
    }

    private void serveTags() {
        writes(
                TagResourceRequest.class,
                (quorum, request) -> new ResourceTags(quorum).tag(request));
        writes(
                UntagResourceRequest.class,
                (quorum, request) -> new ResourceTags(quorum).untag(request));
        reads(
                ListTagsForResourceRequest.class,
                (quorum, request) -> new ResourceTags(quorum).list(request));
    }

    private void serveAccountSettings() {
        reads(
                ListAccountSettingsRequest.class,
                (quorum, request) -> new AccountSettings(quorum).list(request));
        writes(
                PutAccountSettingRequest.class,
                (quorum, request) -> new AccountSettings(quorum).put(request));
        writes(
                PutAccountSettingDefaultRequest.class,
                (quorum, request) -> new AccountSettings(quorum).putDefault(request));
        writes(
                DeleteAccountSettingRequest.class,
                (quorum, request) -> new AccountSettings(quorum).delete(request));
    }

    /** ECS has words of its own for some mistakes in these, and agents cope with no refusal. */
    private void leaveToHandlers() {
        List<Class<? extends SdkPojo>> types =
                List.of(
                        RegisterTaskDefinitionRequest.class,
                        RunTaskRequest.class,
                        StartTaskRequest.class,
                        PutAttributesRequest.class,
                        DeleteAttributesRequest.class,
                        ListAttributesRequest.class,
                        CreateServiceRequest.class,
                        DescribeTasksRequest.class,
                        DescribeServicesRequest.class,
                        DescribeContainerInstancesRequest.class,
                        UpdateContainerInstancesStateRequest.class,
                        AgentModel.RegisterContainerInstanceRequest.class,
                        SubmitTaskStateChangeRequest.class,
                        SubmitContainerStateChangeRequest.class,
                        SubmitAttachmentStateChangesRequest.class,
                        ListAccountSettingsRequest.class,
                        PutAccountSettingRequest.class,
                        PutAccountSettingDefaultRequest.class,
                        DeleteAccountSettingRequest.class);
        types.forEach(api::unvalidated);
    }
}
