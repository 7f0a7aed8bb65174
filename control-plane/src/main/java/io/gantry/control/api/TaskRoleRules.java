package io.gantry.control.api;

import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.Authorization;
import io.gantry.common.wire.Identity;
import io.gantry.control.core.state.Realm;
import io.gantry.control.log.Replica;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.AccessDeniedException;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeleteClusterRequest;
import software.amazon.awssdk.services.ecs.model.DeleteServiceRequest;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTasksRequest;
import software.amazon.awssdk.services.ecs.model.ExecuteCommandRequest;
import software.amazon.awssdk.services.ecs.model.GetTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.StopTaskRequest;
import software.amazon.awssdk.services.ecs.model.TagResourceRequest;
import software.amazon.awssdk.services.ecs.model.UntagResourceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateClusterRequest;
import software.amazon.awssdk.services.ecs.model.UpdateClusterSettingsRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionRequest;

/**
 * What tasks may do with the keys of their roles. There are no policies: a task may ask who it is
 * and protect itself, and nothing else. The keys of the account may do everything.
 */
public final class TaskRoleRules implements Authorization {
    private static final String EVERYTHING = "*";
    private final Replica replica;

    public TaskRoleRules(Replica replica) {
        this.replica = replica;
    }

    @Override
    public void check(Identity identity, String service, String operation, SdkPojo request) {
        AssumedRole role = identity.role();
        if (role == null || service.equals("sts") || isOwnProtection(role, request)) {
            return;
        }
        String resource = resource(request);
        throw AccessDeniedException.builder()
                .message(role.denial(service + ':' + operation, resource))
                .build();
    }

    private static boolean isOwnProtection(AssumedRole role, SdkPojo request) {
        List<String> tasks =
                switch (request) {
                    case GetTaskProtectionRequest get -> get.tasks();
                    case UpdateTaskProtectionRequest update -> update.tasks();
                    default -> List.of();
                };
        return role.application()
                && !tasks.isEmpty()
                && tasks.stream()
                        .allMatch(
                                task ->
                                        task.equals(role.taskArn())
                                                || task.equals(role.sessionName()));
    }

    /** The full name of what a request is about, where AWS's policies know such a thing. */
    private String resource(SdkPojo request) {
        Realm realm = replica.state().realm();
        if (realm == null) {
            return EVERYTHING;
        }
        var names = new ResourceNames(new Names(realm));
        return switch (request) {
            case RunTaskRequest run -> names.definition(run.taskDefinition());
            case StopTaskRequest stop -> names.task(stop.cluster(), stop.task());
            case ExecuteCommandRequest execute -> names.task(execute.cluster(), execute.task());
            case DescribeTasksRequest tasks -> names.task(tasks.cluster(), first(tasks.tasks()));
            case GetTaskProtectionRequest get -> names.task(get.cluster(), first(get.tasks()));
            case UpdateTaskProtectionRequest update ->
                    names.task(update.cluster(), first(update.tasks()));
            case CreateServiceRequest create ->
                    names.service(create.cluster(), create.serviceName());
            case UpdateServiceRequest update -> names.service(update.cluster(), update.service());
            case DeleteServiceRequest delete -> names.service(delete.cluster(), delete.service());
            case DescribeServicesRequest services ->
                    names.service(services.cluster(), first(services.services()));
            case CreateClusterRequest create -> names.cluster(create.clusterName());
            case DeleteClusterRequest delete -> names.cluster(delete.cluster());
            case DescribeClustersRequest clusters -> names.cluster(first(clusters.clusters()));
            case ListTagsForResourceRequest tags ->
                    tags.resourceArn() == null ? EVERYTHING : tags.resourceArn();
            case TagResourceRequest tags ->
                    tags.resourceArn() == null ? EVERYTHING : tags.resourceArn();
            case UntagResourceRequest tags ->
                    tags.resourceArn() == null ? EVERYTHING : tags.resourceArn();
            case UpdateClusterRequest update -> names.cluster(update.cluster());
            case UpdateClusterSettingsRequest update -> names.cluster(update.cluster());
            default -> EVERYTHING;
        };
    }

    private static @Nullable String first(List<String> names) {
        return names.isEmpty() ? null : names.getFirst();
    }

    /** Full names of what may be given by a short one; nothing of it need exist. */
    private record ResourceNames(Names names) {

        private String cluster(@Nullable String given) {
            return given != null && given.startsWith("arn:") ? given : names.cluster(name(given));
        }

        private static String name(@Nullable String cluster) {
            return cluster == null || cluster.isEmpty()
                    ? "default"
                    : cluster.substring(cluster.lastIndexOf('/') + 1);
        }

        private String task(@Nullable String cluster, @Nullable String given) {
            if (given == null) {
                return EVERYTHING;
            }
            return given.startsWith("arn:") ? given : names.task(name(cluster), given);
        }

        private String service(@Nullable String cluster, @Nullable String given) {
            if (given == null) {
                return EVERYTHING;
            }
            return given.startsWith("arn:") ? given : names.service(name(cluster), given);
        }

        private String definition(@Nullable String given) {
            if (given == null) {
                return EVERYTHING;
            }
            String revision = given.contains(":") ? given : given + ":*";
            return given.startsWith("arn:") ? given : names.taskDefinition(revision);
        }
    }
}
