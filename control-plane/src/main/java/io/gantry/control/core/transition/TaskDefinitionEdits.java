package io.gantry.control.core.transition;

import io.gantry.common.check.Check;
import io.gantry.common.model.Arn;
import io.gantry.control.core.command.Command.DeleteTaskDefinitions;
import io.gantry.control.core.command.Command.DeregisterTaskDefinition;
import io.gantry.control.core.command.Command.RegisterTaskDefinition;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.state.Family;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.time.Instant;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionStatus;

/** Changes to task definitions and their families. */
final class TaskDefinitionEdits {
    private final Edit edit;

    TaskDefinitionEdits(Edit edit) {
        this.edit = edit;
    }

    /** Revisions start at 1 and are never reused. */
    Reply register(RegisterTaskDefinition register) {
        Realm realm = edit.before.realm();
        if (realm == null) {
            return Edit.refused(Cause.STALE, "The installation is still being founded.");
        }
        String name = register.definition().family();
        Family family = edit.familyRows.get(name);
        int revision = family == null ? 1 : family.lastRevision() + 1;
        var key = new TaskDefinitionKey(name, revision);
        var definition =
                register.definition().toBuilder()
                        .taskDefinitionArn(arn(realm, key))
                        .revision(revision)
                        .status(TaskDefinitionStatus.ACTIVE)
                        .registeredAt(Instant.ofEpochMilli(edit.nowMillis))
                        .build();
        edit.taskDefinitionRows.put(
                key, new TaskDefinitionRow(key, definition, register.tags(), register.footprint()));
        edit.familyRows.put(name, new Family(name, revision, revision));
        return new Reply.Registered(key);
    }

    private static String arn(Realm realm, TaskDefinitionKey key) {
        return Arn.ecs(realm.region(), realm.account(), "task-definition/" + key).toString();
    }

    /** Deregistering an inactive revision changes nothing. */
    Reply deregister(DeregisterTaskDefinition deregister) {
        TaskDefinitionRow row = edit.taskDefinitionRows.get(deregister.key());
        if (row == null || row.key().isDaemon()) {
            return Edit.refused(
                    Cause.TASK_DEFINITION, "The specified task definition does not exist.");
        }
        if (!row.active()) {
            return Edit.done();
        }
        var inactive =
                row.definition().toBuilder()
                        .status(TaskDefinitionStatus.INACTIVE)
                        .deregisteredAt(Instant.ofEpochMilli(edit.nowMillis))
                        .build();
        edit.taskDefinitionRows.put(row.key(), row.with(inactive));
        Family family = Check.present(edit.familyRows.get(row.key().family()), row.key());
        if (family.latestActive() == row.key().revision()) {
            int latest = latestActiveBelow(row.key());
            edit.familyRows.put(
                    family.name(), new Family(family.name(), family.lastRevision(), latest));
        }
        return Edit.done();
    }

    /** Who asked learns from the rows what has become of them. */
    Reply delete(DeleteTaskDefinitions delete) {
        for (TaskDefinitionKey key : delete.keys()) {
            TaskDefinitionRow row = edit.taskDefinitionRows.get(key);
            if (row != null && !row.active() && !row.goes()) {
                var going =
                        row.definition().toBuilder()
                                .status(TaskDefinitionStatus.DELETE_IN_PROGRESS)
                                .deleteRequestedAt(Instant.ofEpochMilli(edit.nowMillis))
                                .build();
                edit.taskDefinitionRows.put(key, row.with(going));
                new DeletedDefinitions(edit).lookLater(key);
            }
        }
        return Edit.done();
    }

    private int latestActiveBelow(TaskDefinitionKey key) {
        for (int revision = key.revision() - 1; revision > 0; revision--) {
            var row = edit.taskDefinitionRows.get(new TaskDefinitionKey(key.family(), revision));
            if (row != null && row.active()) {
                return revision;
            }
        }
        return 0;
    }
}
