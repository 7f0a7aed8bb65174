package io.gantry.control.api;

import io.gantry.common.wire.Violation;
import io.gantry.common.wire.Violations;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Refused;
import java.util.List;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.AttributeLimitExceededException;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ClusterContainsContainerInstancesException;
import software.amazon.awssdk.services.ecs.model.ClusterContainsServicesException;
import software.amazon.awssdk.services.ecs.model.ClusterContainsTasksException;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.DaemonNotActiveException;
import software.amazon.awssdk.services.ecs.model.DaemonNotFoundException;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.LimitExceededException;
import software.amazon.awssdk.services.ecs.model.ResourceInUseException;
import software.amazon.awssdk.services.ecs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.ecs.model.ServerException;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentNotFoundException;
import software.amazon.awssdk.services.ecs.model.ServiceNotActiveException;
import software.amazon.awssdk.services.ecs.model.ServiceNotFoundException;
import software.amazon.awssdk.services.ecs.model.TargetNotFoundException;
import software.amazon.awssdk.services.ecs.model.TaskSetNotFoundException;

/** The errors of ECS, by what went wrong. */
final class ApiErrors {

    /** Rather than the 500 of ECS's model: also clients without a model know that it passes. */
    private static final int UNAVAILABLE = 503;

    private ApiErrors() {}

    static EcsException client(String message) {
        return (EcsException) ClientException.builder().message(message).build();
    }

    static EcsException invalid(String message) {
        return (EcsException) InvalidParameterException.builder().message(message).build();
    }

    static EcsException noCluster() {
        return noCluster("Cluster not found.");
    }

    private static EcsException noCluster(String message) {
        return (EcsException) ClusterNotFoundException.builder().message(message).build();
    }

    static EcsException noService() {
        return noService("Service not found.");
    }

    private static EcsException noService(String message) {
        return (EcsException) ServiceNotFoundException.builder().message(message).build();
    }

    static EcsException noDaemon(String message) {
        return (EcsException) DaemonNotFoundException.builder().message(message).build();
    }

    static EcsException daemonNotActive(String message) {
        return (EcsException) DaemonNotActiveException.builder().message(message).build();
    }

    static EcsException noTarget(String message) {
        return (EcsException) TargetNotFoundException.builder().message(message).build();
    }

    /** The client is right and should try again: SDKs do so on their own. */
    static EcsException unavailable(String message) {
        return (EcsException)
                ServerException.builder().statusCode(UNAVAILABLE).message(message).build();
    }

    /** Throws what a refused command means to the client; other replies pass. */
    static void check(Reply reply) {
        if (reply instanceof Refused refused) {
            throw of(refused);
        }
    }

    static EcsException of(Refused refused) {
        String message = refused.message();
        return switch (refused.cause()) {
            case CLUSTER_NOT_FOUND -> noCluster(message);
            case CLUSTER_CONTAINS_SERVICES ->
                    (EcsException)
                            ClusterContainsServicesException.builder().message(message).build();
            case CLUSTER_CONTAINS_INSTANCES ->
                    (EcsException)
                            ClusterContainsContainerInstancesException.builder()
                                    .message(message)
                                    .build();
            case CLUSTER_CONTAINS_TASKS ->
                    (EcsException) ClusterContainsTasksException.builder().message(message).build();
            case SERVICE_NOT_FOUND -> noService(message);
            case SERVICE_NOT_ACTIVE ->
                    (EcsException) ServiceNotActiveException.builder().message(message).build();
            case SERVICE_DEPLOYMENT_NOT_FOUND ->
                    (EcsException)
                            ServiceDeploymentNotFoundException.builder().message(message).build();
            case CONFLICT -> (EcsException) ConflictException.builder().message(message).build();
            case ATTRIBUTE_LIMIT ->
                    (EcsException)
                            AttributeLimitExceededException.builder().message(message).build();
            case TARGET_NOT_FOUND -> noTarget(message);
            case TASK_DEFINITION, WORKER_INACTIVE, CAPACITY_PROVIDER, PROVISIONING_LIMIT ->
                    client(message);
            case TASK_SET_NOT_FOUND ->
                    (EcsException) TaskSetNotFoundException.builder().message(message).build();
            case DAEMON_NOT_FOUND -> noDaemon(message);
            case DAEMON_NOT_ACTIVE -> daemonNotActive(message);
            case RESOURCE_IN_USE ->
                    (EcsException) ResourceInUseException.builder().message(message).build();
            case RESOURCE_NOT_FOUND ->
                    (EcsException) ResourceNotFoundException.builder().message(message).build();
            case LIMIT_EXCEEDED ->
                    (EcsException) LimitExceededException.builder().message(message).build();
            case INVALID_PARAMETER -> invalid(message);
            case STALE -> unavailable(message);
        };
    }

    /** Throws if a request breaks its model, for operations with complaints of their own before. */
    static void checkModel(SdkPojo request, Function<String, EcsException> error) {
        List<Violation> found = Violations.of(request);
        if (!found.isEmpty()) {
            throw error.apply(Violations.sentence(found.stream().map(Violation::text).toList()));
        }
    }
}
