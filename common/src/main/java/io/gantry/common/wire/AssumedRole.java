package io.gantry.common.wire;

import io.gantry.common.model.Arn;

/**
 * Who a task is when it uses the temporary keys of its role.
 *
 * @param roleArn the full name of the role
 * @param taskArn the full name of the task, whose id is the name of the session
 * @param application whether the keys are the task's own, as opposed to those of the agent that
 *     prepares the task
 */
public record AssumedRole(String roleArn, String taskArn, boolean application) {

    /** The last part of the task's name. */
    public String sessionName() {
        return taskArn.substring(taskArn.lastIndexOf('/') + 1);
    }

    /** The account of the role; empty if its name is malformed. */
    public String account() {
        Arn role = Arn.parse(roleArn);
        return role == null ? "" : role.account();
    }

    /** The session's own name, which leaves out the path of the role. */
    public String arn() {
        String role = roleArn.substring(roleArn.lastIndexOf('/') + 1);
        return new Arn("sts", "", account(), "assumed-role/" + role + '/' + sessionName())
                .toString();
    }

    /**
     * That the role may not do something, in AWS's words.
     *
     * @param action such as {@code ecs:RunTask}
     * @param resource a full name, or * for all
     */
    public String denial(String action, String resource) {
        return "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action"
                .formatted(arn(), action, resource, action);
    }
}
