package io.gantry.control.core.state;

import io.gantry.common.model.WorkerId;
import io.gantry.common.table.SortedTable;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything about managed daemons but their tasks. */
public record ManagedDaemons(
        SortedTable<TaskDefinitionKey, ManagedDefinition> definitions,
        SortedTable<ServiceKey, ManagedDaemon> daemons,
        SortedTable<ManagedRevision.Key, ManagedRevision> revisions,
        SortedTable<ManagedDeployment.Key, ManagedDeployment> deployments,
        SortedTable<ManagedPost.Key, ManagedPost> posts) {
    public static final ManagedDaemons NONE =
            new ManagedDaemons(
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty());

    /** Daemons of a cluster in the order of their names, those that are being deleted included. */
    public Stream<ManagedDaemon> daemonsOf(String cluster) {
        return daemons.streamFrom(new ServiceKey(cluster, ""))
                .takeWhile(entry -> entry.getKey().cluster().equals(cluster))
                .map(Map.Entry::getValue);
    }

    /** Deployments of a daemon, and of earlier ones of its name, in the order of their ids. */
    public Stream<ManagedDeployment> deploymentsOf(ServiceKey daemon) {
        return deployments
                .streamFrom(new ManagedDeployment.Key(daemon, ""))
                .takeWhile(entry -> entry.getKey().daemon().equals(daemon))
                .map(Map.Entry::getValue);
    }

    /** Posts of a daemon in the order of the machines. */
    public Stream<ManagedPost> postsOf(ServiceKey daemon) {
        return posts.streamFrom(new ManagedPost.Key(daemon, new WorkerId(0, 0)))
                .takeWhile(entry -> entry.getKey().daemon().equals(daemon))
                .map(Map.Entry::getValue);
    }

    /** Revisions of a family in ascending order, deleted ones included. */
    public Stream<ManagedDefinition> definitionsOf(String family) {
        TaskDefinitionKey first = TaskDefinitionKey.ofDaemon(family, 0);
        return definitions
                .streamFrom(first)
                .takeWhile(entry -> entry.getKey().family().equals(first.family()))
                .map(Map.Entry::getValue);
    }

    /** The deployment that is under way, or null. */
    public @Nullable ManagedDeployment ongoing(ManagedDaemon daemon) {
        String id = daemon.ongoing();
        return id == null ? null : deployments.get(new ManagedDeployment.Key(daemon.key(), id));
    }

    /** The revision that a task of a daemon was started from; null once it is forgotten. */
    public @Nullable ManagedRevision revision(ServiceKey daemon, long number) {
        return revisions.get(new ManagedRevision.Key(daemon, number));
    }

    /** Whether a machine drains for the sake of one of its daemons, and not to lose them. */
    public boolean isHeld(String cluster, WorkerId worker) {
        return daemonsOf(cluster)
                .map(daemon -> posts.get(new ManagedPost.Key(daemon.key(), worker)))
                .anyMatch(post -> post != null && post.held());
    }
}
