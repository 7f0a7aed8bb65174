package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command.CreateCluster;
import io.gantry.control.core.command.Command.DeleteCluster;
import io.gantry.control.core.command.Command.UpdateCluster;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.Deadline;

/** Changes to clusters. */
final class ClusterEdits {
    /** How long a deleted cluster can still be described; ECS only says "for a while". */
    private static final long KEPT_MILLIS = 60L * 60 * 1000;

    private final Edit edit;

    ClusterEdits(Edit edit) {
        this.edit = edit;
    }

    Reply create(CreateCluster create) {
        String name = create.spec().clusterName();
        if (edit.activeCluster(name) == null) {
            Refused wrong = edit.capacity().refusal(create.spec());
            if (wrong != null) {
                return wrong;
            }
            edit.clusterRows.put(name, Cluster.created(name, create.spec()));
        }
        return Edit.done();
    }

    Reply update(UpdateCluster update) {
        Cluster cluster = edit.activeCluster(update.name());
        if (cluster == null) {
            return Edit.noCluster();
        }
        var next = cluster.spec().toBuilder();
        if (update.change().hasSettings()) {
            next.settings(update.change().settings());
        }
        if (update.change().configuration() != null) {
            next.configuration(update.change().configuration());
        }
        edit.clusterRows.put(cluster.name(), cluster.with(next.build()));
        return Edit.done();
    }

    /** The guards and their order are those of ECS. */
    Reply delete(DeleteCluster delete) {
        Cluster cluster = edit.activeCluster(delete.name());
        if (cluster == null) {
            return Edit.noCluster();
        }
        if (cluster.services() > 0) {
            return Edit.refused(
                    Cause.CLUSTER_CONTAINS_SERVICES,
                    "The Cluster cannot be deleted while Services are active.");
        }
        if (edit.before.managed().daemonsOf(cluster.name()).findFirst().isPresent()) {
            return Edit.refused(
                    Cause.CLUSTER_CONTAINS_SERVICES,
                    "The Cluster cannot be deleted while Daemons are active.");
        }
        if (cluster.instances() > 0) {
            return Edit.refused(
                    Cause.CLUSTER_CONTAINS_INSTANCES,
                    "The Cluster cannot be deleted while Container Instances are active or"
                            + " draining.");
        }
        if (cluster.tasks().alive() > 0) {
            return Edit.refused(
                    Cause.CLUSTER_CONTAINS_TASKS,
                    "The Cluster cannot be deleted while Tasks are active.");
        }
        edit.clusterRows.put(cluster.name(), cluster.deleted(edit.nowMillis));
        edit.due(KEPT_MILLIS, Deadline.Kind.FORGET_CLUSTER, cluster.name());
        return Edit.done();
    }

    /** One that was made and deleted anew meanwhile has a later look of its own. */
    void forget(String name) {
        Cluster cluster = edit.clusterRows.get(name);
        if (cluster != null
                && !cluster.active()
                && cluster.deletedAtMillis() + KEPT_MILLIS <= edit.nowMillis) {
            edit.clusterRows.remove(name);
        }
    }
}
