package io.gantry.control.api;

import io.gantry.common.model.Arn;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Family;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds out what a request means: names and full names are interchangeable everywhere. */
final class Refs {
    /** What clusters, services, families and containers may be called. */
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");

    private static final String DEFAULT_CLUSTER = "default";
    private static final Pattern TASK_SET = Pattern.compile("[0-9]{1,19}");
    private static final Pattern REVISION = Pattern.compile("[0-9]{1,9}");

    private final Realm realm;

    Refs(Names names) {
        this.realm = names.realm();
    }

    /** A task definition as a request names it; without revision the latest active one is meant. */
    record DefinitionRef(String family, @Nullable Integer revision) {}

    /** The name of a cluster, which need not exist. */
    String clusterName(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            return DEFAULT_CLUSTER;
        }
        return only(parts(given, "cluster"), given);
    }

    /** A cluster that is active. */
    Cluster cluster(ClusterState state, @Nullable String given) {
        Cluster cluster = state.clusters().get(clusterName(given));
        if (cluster == null || !cluster.active()) {
            throw ApiErrors.noCluster();
        }
        return cluster;
    }

    /** The name of a capacity provider, which need not exist. */
    String capacityProvider(String given) {
        return only(parts(given, "capacity-provider"), given);
    }

    /** A service, which need not exist. */
    ServiceKey service(String cluster, String given) {
        return new ServiceKey(cluster, within(cluster, given, "service"));
    }

    /** Cluster, service and id of what belongs to a service, by its full name. */
    List<String> ofService(String given, String type) {
        List<String> parts = parts(given, type);
        if (parts.size() != 3) {
            throw malformed(given);
        }
        return parts;
    }

    /** The number of a task set of a service, which need not exist: 0 for one that cannot. */
    long taskSet(ServiceKey service, String given) {
        List<String> parts =
                given.startsWith("arn:")
                        ? parts(given, "task-set")
                        : List.of((service + "/" + given).split("/", -1));
        if (parts.size() != 4
                || !parts.get(2).equals("ecs-svc")
                || !TASK_SET.matcher(parts.get(3)).matches()) {
            throw ApiErrors.invalid("Task Set Identifier is invalid");
        }
        if (!parts.getFirst().equals(service.cluster()) || !parts.get(1).equals(service.name())) {
            throw ApiErrors.invalid(
                    "Invalid identifier: Identifier is for %s/%s. Your service is %s"
                            .formatted(parts.getFirst(), parts.get(1), service));
        }
        try {
            return Long.parseLong(parts.get(3));
        } catch (NumberFormatException tooLarge) {
            return 0;
        }
    }

    /** The id of a task, which need not exist; null for an id of the old format. */
    @Nullable TaskId task(String cluster, String given) {
        String id = taskId(cluster, given);
        return TaskId.matches(id) ? TaskId.parse(id) : null;
    }

    /** The last part of a task's name; checked for its length only, as ECS does. */
    String taskId(String cluster, String given) {
        return id(cluster, given, "task", "taskId");
    }

    /** The id of a container instance, which need not exist; null for one of the old format. */
    @Nullable WorkerId instance(String cluster, String given) {
        String id = instanceId(cluster, given);
        return WorkerId.matches(id) ? WorkerId.parse(id) : null;
    }

    String instanceId(String cluster, String given) {
        return id(cluster, given, "container-instance", "containerInstanceId");
    }

    private String id(String cluster, String given, String type, String name) {
        String id = within(cluster, given, type);
        if (id.length() != 32 && id.length() != 36) {
            throw ApiErrors.invalid(name + " length should be one of [32,36]");
        }
        return id;
    }

    /** Reads {@code family}, {@code family:revision} or the full name of a task definition. */
    DefinitionRef definition(String given) {
        return definition(given, "task-definition");
    }

    /** The same for another type of resource. */
    DefinitionRef definition(String given, String type) {
        String name = only(parts(given, type), given);
        int colon = name.lastIndexOf(':');
        String family = colon < 0 ? name : name.substring(0, colon);
        if (!NAME.matcher(family).matches()) {
            throw ApiErrors.client("Family contains invalid characters.");
        }
        if (colon < 0) {
            return new DefinitionRef(family, null);
        }
        String revision = name.substring(colon + 1);
        if (!REVISION.matcher(revision).matches()) {
            throw ApiErrors.client("Invalid revision number. Number: " + revision);
        }
        return new DefinitionRef(family, Integer.valueOf(revision));
    }

    /** The revision that is meant, active or not; null if there is none. */
    @Nullable TaskDefinitionRow find(ClusterState state, DefinitionRef meant) {
        Integer revision = meant.revision();
        if (revision == null) {
            Family family = state.families().get(meant.family());
            revision = family == null ? 0 : family.latestActive();
        }
        return state.taskDefinitions().get(new TaskDefinitionKey(meant.family(), revision));
    }

    /** A revision that new tasks may be started from. */
    TaskDefinitionRow activeDefinition(ClusterState state, String given) {
        TaskDefinitionRow row = find(state, definition(given));
        if (row == null) {
            throw ApiErrors.client("TaskDefinition not found.");
        }
        if (!row.active()) {
            throw ApiErrors.client("TaskDefinition is inactive");
        }
        return row;
    }

    /** The last part of a name, whose cluster must be the one that the request is about. */
    private String within(String cluster, String given, String type) {
        List<String> parts = parts(given, type);
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        if (parts.size() != 2) {
            throw malformed(given);
        }
        if (!parts.getFirst().equals(cluster)) {
            throw ApiErrors.invalid(
                    "Invalid identifier: Identifier is for "
                            + parts.getFirst()
                            + ". Your cluster is "
                            + cluster);
        }
        return parts.getLast();
    }

    /** What follows the type of the resource; a name that is not a full one is a single part. */
    List<String> parts(String given, String type) {
        if (!given.startsWith("arn:")) {
            return List.of(given);
        }
        Arn arn = Arn.parse(given);
        if (arn == null) {
            throw malformed(given);
        }
        if (!arn.service().equals("ecs") || !arn.resourceType().equals(type)) {
            throw ApiErrors.invalid(
                    "Invalid identifier: Unexpected resource type. Expected " + type + ".");
        }
        if (!arn.region().equals(realm.region())) {
            throw ApiErrors.invalid("Invalid identifier: Unexpected region " + arn.region() + ".");
        }
        if (!arn.account().equals(realm.account())) {
            throw ApiErrors.invalid(
                    "Invalid identifier: Unexpected account " + arn.account() + ".");
        }
        return List.of(arn.resourceName().split("/", -1));
    }

    private static String only(List<String> parts, String given) {
        if (parts.size() != 1) {
            throw malformed(given);
        }
        return parts.getFirst();
    }

    private static RuntimeException malformed(String given) {
        return ApiErrors.invalid("Invalid identifier: " + given);
    }
}
