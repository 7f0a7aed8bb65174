package io.gantry.control.core.transition;

import io.gantry.common.table.SortedTable;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDaemons;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedPost;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionKey;

/** The rows of managed daemons while a command changes them. */
final class ManagedTables {
    final SortedTable.Editor<TaskDefinitionKey, ManagedDefinition> definitions;
    final SortedTable.Editor<ServiceKey, ManagedDaemon> daemons;
    final SortedTable.Editor<ManagedRevision.Key, ManagedRevision> revisions;
    final SortedTable.Editor<ManagedDeployment.Key, ManagedDeployment> deployments;
    final SortedTable.Editor<ManagedPost.Key, ManagedPost> posts;

    ManagedTables(ManagedDaemons before) {
        this.definitions = before.definitions().edit();
        this.daemons = before.daemons().edit();
        this.revisions = before.revisions().edit();
        this.deployments = before.deployments().edit();
        this.posts = before.posts().edit();
    }

    ManagedDaemons done() {
        return new ManagedDaemons(
                definitions.done(),
                daemons.done(),
                revisions.done(),
                deployments.done(),
                posts.done());
    }
}
