package io.gantry.control.core.transition;

import io.gantry.common.model.Arn;
import io.gantry.control.core.command.Command.DeleteDaemonTaskDefinition;
import io.gantry.control.core.command.Command.RegisterDaemonTaskDefinition;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinitionStatus;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionStatus;

/** Changes to daemon task definitions. Deleted ones can still be described. */
final class ManagedDefinitionEdits {
    private final Edit edit;

    ManagedDefinitionEdits(Edit edit) {
        this.edit = edit;
    }

    /** Revisions start at 1 and are never reused. */
    Reply register(RegisterDaemonTaskDefinition register) {
        Realm realm = edit.before.realm();
        if (realm == null) {
            return Edit.refused(Cause.STALE, "The installation is still being founded.");
        }
        String family = register.definition().family();
        int revision = 1 + (int) edit.before.managed().definitionsOf(family).count();
        TaskDefinitionKey key = TaskDefinitionKey.ofDaemon(family, revision);
        Instant now = Instant.ofEpochMilli(edit.nowMillis);
        String arn = arn(realm, key);
        edit.managedRows.definitions.put(
                key,
                new ManagedDefinition(
                        key,
                        register.definition().toBuilder()
                                .daemonTaskDefinitionArn(arn)
                                .revision(revision)
                                .status(DaemonTaskDefinitionStatus.ACTIVE)
                                .registeredAt(now)
                                .build(),
                        register.tags()));
        edit.taskDefinitionRows.put(
                key,
                new TaskDefinitionRow(
                        key,
                        register.tasks().toBuilder()
                                .taskDefinitionArn(arn)
                                .revision(revision)
                                .status(TaskDefinitionStatus.ACTIVE)
                                .registeredAt(now)
                                .build(),
                        register.tags(),
                        register.footprint()));
        return new Reply.Registered(key);
    }

    private static String arn(Realm realm, TaskDefinitionKey key) {
        String resource = "daemon-task-definition/" + key.plain();
        return Arn.ecs(realm.region(), realm.account(), resource).toString();
    }

    /** Daemons that have it keep it; it is deleted when the last of them has gone or changed. */
    Reply delete(DeleteDaemonTaskDefinition delete) {
        ManagedDefinition row = edit.managedRows.definitions.get(delete.key());
        if (row == null) {
            return Edit.refused(
                    Cause.TASK_DEFINITION, "The specified daemon task definition does not exist.");
        }
        if (!row.active()) {
            return Edit.refused(
                    Cause.TASK_DEFINITION, "The specified daemon task definition is not ACTIVE.");
        }
        edit.managedRows.definitions.put(
                row.key(),
                row.with(
                        row.definition().toBuilder()
                                .status(DaemonTaskDefinitionStatus.DELETE_IN_PROGRESS)
                                .deleteRequestedAt(Instant.ofEpochMilli(edit.nowMillis))
                                .build()));
        sweep();
        return Edit.done();
    }

    /** Deletes what was to be deleted and is in use no longer. */
    void sweep() {
        edit.managedRows
                .definitions
                .done()
                .values()
                .filter(ManagedDefinition::leaving)
                .filter(row -> !isUsed(row.key()))
                .toList()
                .forEach(this::finish);
    }

    private void finish(ManagedDefinition row) {
        DaemonTaskDefinition deleted =
                row.definition().toBuilder().status(DaemonTaskDefinitionStatus.DELETED).build();
        edit.managedRows.definitions.put(row.key(), row.with(deleted));
    }

    private boolean isUsed(TaskDefinitionKey key) {
        return edit.managedRows
                .daemons
                .done()
                .values()
                .flatMap(this::revisions)
                .anyMatch(revision -> revision.definition().equals(key));
    }

    /** What a daemon runs or may go back to. */
    private Stream<ManagedRevision> revisions(ManagedDaemon daemon) {
        return LongStream.of(daemon.target(), daemon.completed())
                .mapToObj(
                        number ->
                                edit.managedRows.revisions.get(
                                        new ManagedRevision.Key(daemon.key(), number)))
                .filter(Objects::nonNull);
    }
}
