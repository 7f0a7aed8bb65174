package io.gantry.control.session;

import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.common.model.Arn;
import io.gantry.common.wire.AssumedRole;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.roles.RoleKeys;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/**
 * Current credentials of a task.
 *
 * @param application for its containers; null for a task without role
 * @param execution for the agent that prepares it; null for a task without execution role
 */
record TaskRoles(@Nullable RoleCredentials application, @Nullable RoleCredentials execution) {

    /** Roles named when the task was run come before those of its definition. */
    static TaskRoles of(Realm realm, Task task, TaskDefinitionRow row, Instant now) {
        TaskDefinition definition = row.definition();
        TaskOverride overrides = task.overrides();
        String application = overrides == null ? null : overrides.taskRoleArn();
        String execution = overrides == null ? null : overrides.executionRoleArn();
        return new TaskRoles(
                issue(realm, task, either(application, definition.taskRoleArn()), true, now),
                issue(realm, task, either(execution, definition.executionRoleArn()), false, now));
    }

    private static @Nullable String either(@Nullable String first, @Nullable String second) {
        return first != null ? first : second;
    }

    private static @Nullable RoleCredentials issue(
            Realm realm, Task task, @Nullable String role, boolean application, Instant now) {
        if (role == null || role.isEmpty()) {
            return null;
        }
        // ECS takes short names, too.
        String arn =
                role.startsWith("arn:")
                        ? role
                        : new Arn("iam", "", realm.account(), "role/" + role).toString();
        var assumed = new AssumedRole(arn, new Payloads(realm).arn(task), application);
        return RoleKeys.of(realm).issue(assumed, now);
    }
}
