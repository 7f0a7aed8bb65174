package io.gantry.control.core.command;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.List;

/** What the submitter of a command learns once it is applied. */
public sealed interface Reply {

    record Done() implements Reply {}

    record Registered(TaskDefinitionKey key) implements Reply {}

    /** The id that a machine is known by: an earlier one if it has registered before. */
    record WorkerRegistered(WorkerId worker) implements Reply {}

    /** The number of the session that has begun. */
    record Connected(long session) implements Reply {}

    /**
     * Some of the tasks have started, perhaps all.
     *
     * @param started in the order of the request; the tasks of the first request when a client
     *     token is used again
     * @param refused starts that no longer fitted
     */
    record Started(List<TaskId> started, List<TaskId> refused) implements Reply {}

    /** The client token was first used for another request, which started these tasks. */
    record Conflict(List<TaskId> tasks) implements Reply {}

    /**
     * Some of the tasks are protected, or no longer.
     *
     * @param set those whose protection is as the command said
     * @param blocked those whose service has more protected tasks than it should have tasks
     */
    record Protected(List<TaskId> set, List<TaskId> blocked) implements Reply {}

    /** The number of the task set that has been made, or that the request made the first time. */
    record TaskSetMade(long number) implements Reply {}

    /** The command changed nothing. */
    record Refused(Cause cause, String message) implements Reply {}

    /** Why a command was refused. */
    enum Cause {
        CLUSTER_NOT_FOUND,
        CLUSTER_CONTAINS_SERVICES,
        CLUSTER_CONTAINS_INSTANCES,
        CLUSTER_CONTAINS_TASKS,
        SERVICE_NOT_FOUND,
        SERVICE_NOT_ACTIVE,
        TASK_DEFINITION,
        INVALID_PARAMETER,
        WORKER_INACTIVE,
        SERVICE_DEPLOYMENT_NOT_FOUND,
        CONFLICT,
        ATTRIBUTE_LIMIT,
        TARGET_NOT_FOUND,
        CAPACITY_PROVIDER,
        RESOURCE_IN_USE,
        TASK_SET_NOT_FOUND,
        RESOURCE_NOT_FOUND,
        LIMIT_EXCEEDED,
        /** As many tasks wait for a place as may. */
        PROVISIONING_LIMIT,
        DAEMON_NOT_FOUND,
        DAEMON_NOT_ACTIVE,
        /** The state has moved on since the command was made; make it anew. */
        STALE
    }
}
