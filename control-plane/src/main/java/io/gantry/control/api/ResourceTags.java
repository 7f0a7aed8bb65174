package io.gantry.control.api;

import io.gantry.common.model.Arn;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Taggable;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.tagging.Tagged;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ecs.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.ecs.model.TagResourceRequest;
import software.amazon.awssdk.services.ecs.model.TagResourceResponse;
import software.amazon.awssdk.services.ecs.model.UntagResourceRequest;
import software.amazon.awssdk.services.ecs.model.UntagResourceResponse;

/** The operations on tags, which name a resource by its full name. */
final class ResourceTags {
    private final Quorum quorum;

    ResourceTags(Quorum quorum) {
        this.quorum = quorum;
    }

    TagResourceResponse tag(TagResourceRequest request) {
        Taggable resource = existing(quorum.fresh(), request.resourceArn());
        var tags = Tags.checked(request.tags(), place(resource));
        // What a job was asked to do, and what has no meaning elsewhere, is not changed afterwards.
        JobRules.refused(tags, "TagResource");
        quorum.accept(new Command.TagResource(resource, tags));
        return TagResourceResponse.builder().build();
    }

    UntagResourceResponse untag(UntagResourceRequest request) {
        request.tagKeys().forEach(Tags::checkKey);
        request.tagKeys().forEach(key -> JobRules.refuseKey(key, "UntagResource"));
        Taggable resource = existing(quorum.fresh(), request.resourceArn());
        quorum.accept(new Command.UntagResource(resource, request.tagKeys()));
        return UntagResourceResponse.builder().build();
    }

    private static GantryTag.Place place(Taggable resource) {
        return switch (resource.kind()) {
            case CAPACITY_PROVIDER -> GantryTag.Place.CAPACITY_PROVIDER;
            case CLUSTER -> GantryTag.Place.CLUSTER;
            case SERVICE -> GantryTag.Place.SERVICE;
            case TASK -> GantryTag.Place.TASK;
            case TASK_DEFINITION -> GantryTag.Place.TASK_DEFINITION;
            case CONTAINER_INSTANCE -> GantryTag.Place.CONTAINER_INSTANCE;
            case TASK_SET -> GantryTag.Place.TASK_SET;
            case DAEMON -> GantryTag.Place.DAEMON;
            case DAEMON_TASK_DEFINITION -> GantryTag.Place.DAEMON_TASK_DEFINITION;
        };
    }

    private static Taggable existing(ClusterState state, String arn) {
        Taggable resource = resource(state, arn);
        if (resource == null) {
            throw ApiErrors.of(
                    new Refused(Cause.RESOURCE_NOT_FOUND, "The specified resource wasn't found."));
        }
        return resource;
    }

    /** Resources that are no longer active still have their tags, but for clusters. */
    ListTagsForResourceResponse list(ListTagsForResourceRequest request) {
        ClusterState state = quorum.fresh();
        Taggable resource = resource(state, request.resourceArn());
        if (resource == null) {
            throw unknown(request.resourceArn());
        }
        Tagged found = Tagged.of(state, resource);
        Refused refusal = found.refusal();
        if (refusal != null && refusal.cause() == Cause.RESOURCE_NOT_FOUND) {
            throw unknown(request.resourceArn());
        }
        if (refusal != null && resource.kind() == Taggable.Kind.CLUSTER) {
            throw ApiErrors.of(refusal);
        }
        return ListTagsForResourceResponse.builder().tags(found.tags()).build();
    }

    private static EcsException unknown(String arn) {
        return ApiErrors.invalid("The specified resource was not found: " + arn);
    }

    /** The resource that a full name means; null if its id is one that nothing here has. */
    private static @Nullable Taggable resource(ClusterState state, String given) {
        Arn arn = Arn.parse(given);
        if (arn == null || !arn.service().equals("ecs")) {
            throw malformed();
        }
        var refs = new Refs(Names.of(state));
        return switch (arn.resourceType()) {
            case "cluster" -> Taggable.of(Taggable.Kind.CLUSTER, refs.clusterName(given));
            case "capacity-provider" ->
                    Taggable.of(Taggable.Kind.CAPACITY_PROVIDER, refs.capacityProvider(given));
            case "task-definition" -> definition(refs.definition(given));
            case "service" -> {
                ServiceKey key = refs.service(cluster(state, arn), given);
                yield Taggable.of(Taggable.Kind.SERVICE, key);
            }
            case "task" -> {
                TaskId id = refs.task(cluster(state, arn), given);
                yield id == null ? null : Taggable.of(Taggable.Kind.TASK, id);
            }
            case "container-instance" -> {
                WorkerId id = refs.instance(cluster(state, arn), given);
                yield id == null ? null : Taggable.of(Taggable.Kind.CONTAINER_INSTANCE, id);
            }
            case "task-set" -> set(refs, given);
            case "daemon" -> Taggable.of(Taggable.Kind.DAEMON, new DaemonRefs(state).daemon(given));
            case "daemon-task-definition" -> daemonDefinition(new DaemonRefs(state), given);
            default -> throw malformed();
        };
    }

    private static Taggable set(Refs refs, String given) {
        List<String> parts = refs.parts(given, "task-set");
        if (parts.size() < 2) {
            throw malformed();
        }
        var service = new ServiceKey(parts.getFirst(), parts.get(1));
        return Taggable.taskSet(service, refs.taskSet(service, given));
    }

    private static Taggable daemonDefinition(DaemonRefs refs, String given) {
        Refs.DefinitionRef meant = refs.definition(given);
        Integer revision = meant.revision();
        if (revision == null) {
            throw malformed();
        }
        return Taggable.of(
                Taggable.Kind.DAEMON_TASK_DEFINITION,
                TaskDefinitionKey.ofDaemon(meant.family(), revision));
    }

    private static Taggable definition(Refs.DefinitionRef meant) {
        Integer revision = meant.revision();
        if (revision == null) {
            throw malformed();
        }
        return Taggable.of(
                Taggable.Kind.TASK_DEFINITION, new TaskDefinitionKey(meant.family(), revision));
    }

    /** The cluster in the name of what belongs to one; short names, which have none, won't do. */
    private static String cluster(ClusterState state, Arn arn) {
        int slash = arn.resourceName().indexOf('/');
        if (slash < 0) {
            throw ApiErrors.invalid("Long arn format must be used for tagging operations");
        }
        String cluster = arn.resourceName().substring(0, slash);
        if (state.clusters().get(cluster) == null) {
            throw ApiErrors.noCluster();
        }
        return cluster;
    }

    private static EcsException malformed() {
        return ApiErrors.invalid("The ARN provided is invalid.");
    }
}
