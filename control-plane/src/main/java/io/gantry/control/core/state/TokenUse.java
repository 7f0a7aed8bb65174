package io.gantry.control.core.state;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client token was first used for, or what came of a call that may be repeated.
 *
 * @param fingerprint of the request's parameters: another request with the token is a conflict.
 *     Empty for a call, whose token tells its parameters already.
 * @param tasks what the request started, or which tasks a call has protected, or no longer
 * @param blocked tasks that a call could not protect
 * @param taskDefinition what a call has registered, or null
 * @param worker what a call has registered, or null
 * @param taskSet number of what the request or call has made, or 0
 */
public record TokenUse(
        Token token,
        String fingerprint,
        List<TaskId> tasks,
        List<TaskId> blocked,
        @Nullable TaskDefinitionKey taskDefinition,
        @Nullable WorkerId worker,
        long taskSet) {
    public TokenUse {
        tasks = List.copyOf(tasks);
        blocked = List.copyOf(blocked);
    }

    /** The use of a client token. */
    public TokenUse(Token token, String fingerprint, List<TaskId> tasks) {
        this(token, fingerprint, tasks, List.of(), null, null, 0);
    }

    /** A call that is done. */
    public static TokenUse done(Token call) {
        return new TokenUse(call, "", List.of());
    }

    /** The same of a call that has registered a task definition. */
    public TokenUse registered(TaskDefinitionKey definition) {
        return new TokenUse(token, fingerprint, tasks, blocked, definition, worker, taskSet);
    }

    /** The same of a call that has registered a machine. */
    public TokenUse registered(WorkerId machine) {
        return new TokenUse(token, fingerprint, tasks, blocked, taskDefinition, machine, taskSet);
    }

    /** The same of a call that was about tasks, some of which could not be served. */
    public TokenUse tasks(List<TaskId> served, List<TaskId> refused) {
        return new TokenUse(token, fingerprint, served, refused, taskDefinition, worker, taskSet);
    }

    /** The same of what has made a task set. */
    public TokenUse made(long set) {
        return new TokenUse(token, fingerprint, tasks, blocked, taskDefinition, worker, set);
    }
}
